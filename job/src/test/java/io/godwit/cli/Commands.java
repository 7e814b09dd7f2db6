package io.godwit.cli;

import java.io.IOException;

/** One migration's commands, run in this process, and what the last one printed. */
interface Commands {

    /** A command that names the migration. */
    int named(String command, String... options) throws IOException;

    String output();
}
