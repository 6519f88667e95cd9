"""The expert pool (专家库): who may judge, for how long, in which fields; used by reviews and never knowing them."""
