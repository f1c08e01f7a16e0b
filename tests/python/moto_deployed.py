"""moto's server with a CloudFormation that makes all that examples/deploy asks for, and with functions that run."""

import moto_functions  # noqa: F401
import moto_stacks  # noqa: F401
import moto_in_order  # noqa: F401  (serves until it is ended)
