"""Pictures of the page on demand: python tests/browser/shoot.py FOLDER [real]. With `real`, the embedded pair runs."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import Page, sync_playwright

from pfviz.page import build_page
from pfviz.page.render.reward.reward_tab import QUESTIONS
from pfviz.page.serving.engine import SharedEngine
from tests.browser.chromium import launch
from tests.browser.fake_pair import FakeEngine

PROBLEM = "Compute (12 + 7) * 3 - 45"
SIZES = {"desktop": (1440, 900), "wide": (1920, 1080), "phone": (390, 844), "tablet": (900, 1100)}


def run(page: Page, problem: str = PROBLEM) -> None:
    page.locator("#problem textarea").fill(problem)
    page.locator("button#run").click()


def finished(page: Page) -> None:
    page.locator(".progress.done").wait_for()
    page.locator("#answer .answer").wait_for()
    page.wait_for_function("document.querySelector('#genealogy .pane-plot').dataset.selected !== ''")


def pick(page: Page) -> None:
    """Another particle than the one that is selected at the end."""
    page.locator(".solution button").first.click()
    page.wait_for_function("document.querySelector('.solution button[aria-current] .number')?.textContent === '1'")


def main(folder: Path, real: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    demo = build_page(SharedEngine() if real else FakeEngine())
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=None, warm=real)
    slow = PROBLEM if real else PROBLEM + " slowly"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for scheme in ("light", "dark"):
            for name, (width, height) in SIZES.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if scheme == "dark" else "light",
                    has_touch=name == "phone",
                    is_mobile=name == "phone",
                )
                page = context.new_page()
                page.set_default_timeout(600_000)
                page.goto(address)
                page.locator("#hero .story").wait_for()

                def shot(state: str, page: Page = page, name: str = name, scheme: str = scheme) -> None:
                    page.screenshot(path=folder / f"{name}-{scheme}-{state}.png", full_page=name in ("phone", "tablet"))

                shot("empty")
                run(page, slow)
                page.wait_for_function("Number(document.querySelector('#genealogy .pane-plot').dataset.steps) >= 2")
                shot("running")
                finished(page)
                shot("finished")
                if name == "desktop":
                    pick(page)
                    shot("selected")
                    for tab, part in (("Resampling", "resampling"), ("Answers", "answers"), ("Rewards", "rewards")):
                        page.get_by_role("tab", name=tab).click()
                        page.locator(f"#{part} .main-svg").first.wait_for()
                        shot(part)
                    page.get_by_role("tab", name="Reward check").click()
                    for question in QUESTIONS:
                        page.locator(f"[data-question={question}]").click()
                        page.locator(f"[data-question={question}][aria-current]").wait_for()
                        shot(f"check-{question}")
                    page.get_by_text("More settings").click()
                    page.locator("#temperature input, #temperature textarea").first.fill("-1")
                    page.locator("#seed input, #seed textarea").first.fill("abc")
                    run(page, "Prove it.")
                    page.locator(".field-error").first.wait_for()
                    shot("errors")
                context.close()
        browser.close()
    demo.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "work/pictures"), "real" in sys.argv[2:])
