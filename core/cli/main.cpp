#include <iostream>

#include "cli/program.hpp"

int main(int argc, char** argv) {
    try {
        return roost::cli::runProgram(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "roost: " << error.what() << '\n';
        return 1;
    }
}
