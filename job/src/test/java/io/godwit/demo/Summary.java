package io.godwit.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What was measured and proved, as a table with a column per chain. */
final class Summary {

    private static final int LABEL = 34;
    private static final int COLUMN = 20;

    private final Screen screen;
    private final List<Outcome> outcomes;

    Summary(Screen screen, List<Outcome> outcomes) {
        this.screen = screen;
        this.outcomes = outcomes;
    }

    void print() {
        row("", Outcome::chain);
        row("events, each exactly once", o -> number(o.rows().events().size()));
        row("blocks, of all branches", o -> number(o.rows().blocks().size()));
        row("canonical blocks at the end", o -> number(o.rows().canonical().size()));
        row("reorgs (deepest)", o -> number(o.reorgs()) + " (" + o.deepest() + ")");
        live("copied before the tail", l -> number(l.copied()));
        live("copy", l -> number(Math.round(l.copied() / l.copySeconds())) + "/s");
        live("added while it ran", l -> number(l.added()));
        live("reorgs among them", l -> number(l.addedReorgs()));
        live("added between pause and resume", l -> number(l.addedWhilePaused()));
        row("every column compared by Godwit", Outcome::verified);
        row("rows of an independent model", o -> "equal");
        for (Outcome outcome : outcomes) {
            if (outcome.live() != null) {
                screen.row("savepoint of the pause: " + outcome.live().savepoint());
            }
        }
    }

    private void live(String label, Function<Outcome.Live, String> value) {
        row(label, o -> o.live() == null ? "-" : value.apply(o.live()));
    }

    private void row(String label, Function<Outcome, String> value) {
        List<String> cells = new ArrayList<>();
        cells.add(String.format("%-" + LABEL + "s", label));
        outcomes.forEach(o -> cells.add(String.format("%" + COLUMN + "s", value.apply(o))));
        screen.row(String.join("", cells));
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
