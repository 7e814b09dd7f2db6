package io.godwit.demo;

import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.Event;
import java.util.List;

/** The story of a chain that nobody writes to: plan, copy to its end, verify. */
final class StandingChain {

    private StandingChain() {}

    static Outcome move(Migration migration, ChainHistory history) throws Exception {
        migration.plan();
        migration.migrate();
        migration.verify();
        ChainRows rows = migration.compareWithModel(history);
        int reorgs = 0;
        int deepest = 0;
        int depth = 0;
        List<Event> events = history.events();
        for (Event event : events) {
            depth = event.type() == Event.Type.REMOVED ? depth + 1 : 0;
            reorgs += depth == 1 ? 1 : 0;
            deepest = Math.max(deepest, depth);
        }
        return new Outcome(migration.name(), rows, reorgs, deepest, migration.verified(rows), null);
    }
}
