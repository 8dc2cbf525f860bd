// The `roost` program.
#pragma once

namespace roost::cli {

/// Reads the command line, runs its verb and returns the exit code. What goes wrong has been printed.
[[nodiscard]] int runProgram(int argc, char** argv);

}  // namespace roost::cli
