"""numpy, loaded when something is first computed with it: most web processes never do, and save its memory and the time
to load it. The modules of the core take ``np`` and the types of arrays from here."""

import sys
from typing import TYPE_CHECKING, Any


class Numpy:
    """Stands for the module until one of its names is asked for; keeps each name that was."""

    def __getattr__(self, name: str) -> Any:
        import numpy

        found = getattr(numpy, name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
else:
    np = Numpy()
    Array = Floats = Ints = Bools = Any


def is_array(value: Any) -> bool:
    """True for an array; while numpy is not loaded there can be none."""
    return "numpy" in sys.modules and isinstance(value, np.ndarray)


def is_scalar(value: Any) -> bool:
    """True for a single number of numpy's own kinds."""
    return "numpy" in sys.modules and isinstance(value, np.generic)


__all__ = ["Array", "Bools", "Floats", "Ints", "is_array", "is_scalar", "np"]
