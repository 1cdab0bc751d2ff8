"""Models asked again about a recorded run: rollouts, another reward, an edited step, words left out."""
