"""Reviews (评审): recusal, panels, score sheets and results — of bids and of outcomes alike."""
