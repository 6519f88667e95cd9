"""Reviews (评审): experts, recusal, panels, score sheets and results — of bids and of outcomes alike."""
