package io.godwit.demo;

import java.util.Locale;
import java.util.function.Consumer;

/**
 * What the user of the demo sees: every line with the seconds since the start. On a terminal the
 * last line is left to the progress bar that Godwit draws there: what is printed goes above it.
 * Thread-safe.
 */
final class Screen {

    private static final int BAR = 30;
    private static final String CLEAR_LINE_ABOVE = "\u001b[1A\r\u001b[K";

    private final Consumer<String> out;
    private final boolean terminal = System.console() != null;
    private final long start = System.nanoTime();

    Screen(Consumer<String> out) {
        this.out = out;
        if (terminal) {
            out.accept("");
        }
    }

    double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    /** A new part of the story. */
    void title(String text) {
        print("");
        line("== " + text);
    }

    void line(String text) {
        print(String.format(Locale.ROOT, "%6.1f s  %s", seconds(), text));
    }

    /** A command of Godwit's, as it would be typed. */
    void command(String text) {
        line("$ godwit " + text);
    }

    /** What a command of Godwit's printed. */
    void output(String text) {
        print("          | " + text);
    }

    /** A line of a table. */
    void row(String text) {
        print("  " + text);
    }

    void progress(String what, long done, long of) {
        // The head that the job has seen may be older than what it has applied.
        long percent = done >= of ? 100 : 100 * done / of;
        int full = (int) (BAR * percent / 100);
        line(
                String.format(
                        Locale.ROOT,
                        "[%s%s] %3d%%  %,d of %,d events %s",
                        "#".repeat(full),
                        ".".repeat(BAR - full),
                        percent,
                        done,
                        Math.max(done, of),
                        what));
    }

    private synchronized void print(String text) {
        out.accept(terminal ? CLEAR_LINE_ABOVE + text + "\n" : text);
    }
}
