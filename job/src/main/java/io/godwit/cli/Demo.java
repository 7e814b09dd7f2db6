package io.godwit.cli;

import java.util.function.Consumer;

/** A demo, found by {@link java.util.ServiceLoader} where its servers are on the class path. */
public interface Demo {

    /** What the command line calls it. */
    String name();

    /**
     * Runs the whole story.
     *
     * @param out takes one line at a time
     * @return the exit code: 0 only if everything matched
     */
    int run(Consumer<String> out) throws Exception;
}
