"""How good a model's lists are: one ranking kernel, metrics a listener, intervals over listeners, a leaderboard."""
