"""moto's server with a CloudFormation that makes all that examples/deploy asks for, with functions that run, and with rules that look into findings."""

import moto_functions  # noqa: F401
import moto_rules  # noqa: F401
import moto_stacks  # noqa: F401
import moto_in_order  # noqa: F401  (serves until it is ended)
