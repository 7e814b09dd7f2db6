package io.godwit.demo;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantRows;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Compares what the stores hold with what they held at first and what they acknowledged since; none
 * of Godwit's code takes part. Everything that does not match ends the demo.
 */
final class TenantProof {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final SharedStore store;
    private final Set<UUID> acme;
    private final Set<UUID> globex;
    private final Set<UUID> initech;

    /** Before anybody writes. */
    TenantProof(SharedStore store) throws SQLException {
        this.store = store;
        this.acme = SharedStore.eventIds(store.shared(), store.acme());
        this.globex = SharedStore.eventIds(store.shared(), store.globex());
        this.initech = SharedStore.eventIds(store.shared(), store.initech());
    }

    /** What the flow back has not brought yet; nobody writes any more. */
    void awaitFlowBack() throws SQLException {
        long expected = SharedStore.count(store.dedicated(), store.acme());
        Awaitility.await("the flow back")
                .atMost(PATIENCE)
                .pollInterval(100, TimeUnit.MILLISECONDS)
                .until(() -> SharedStore.count(store.shared(), store.acme()) >= expected);
    }

    /** The tenant that moved: acknowledged = stored, in both stores. */
    String ofAcme(List<UUID> acknowledged) throws SQLException {
        Set<UUID> expected = with(acme, acknowledged);
        require("acme", store.dedicated(), store.acme(), expected);
        require("acme", store.shared(), store.acme(), expected);
        return String.format(
                Locale.ROOT,
                "acme:    %,d events + %,d acknowledged = %,d in the target, each once, none else",
                acme.size(),
                acknowledged.size(),
                expected.size());
    }

    /** Every column but the position, row after row in the stores' own orders. */
    String sameRows() {
        String there = digest(store.dedicated());
        String here = digest(store.shared());
        if (!there.equals(here)) {
            throw mismatch(
                    "acme's rows in the target are " + there + ", in the source " + here, "digest");
        }
        return "acme:    the source has got every row back: same columns, same order, digest "
                + there.substring(there.indexOf(':') + 1);
    }

    String ofOthers(List<UUID> acknowledgedToGlobex) throws SQLException {
        Set<UUID> expected = with(globex, acknowledgedToGlobex);
        require("globex", store.shared(), store.globex(), expected);
        require("initech", store.shared(), store.initech(), initech);
        require("globex", store.dedicated(), store.globex(), Set.of());
        require("initech", store.dedicated(), store.initech(), Set.of());
        return String.format(
                Locale.ROOT,
                "globex:  %,d events + %,d acknowledged = %,d in the source, none in the target;"
                        + " initech: %,d as before",
                globex.size(),
                acknowledgedToGlobex.size(),
                expected.size(),
                initech.size());
    }

    private String digest(PostgresDatabase database) {
        return TenantRows.digest(database, SharedStore.TABLES.mapping(), store.acme().toString());
    }

    private static Set<UUID> with(Set<UUID> first, List<UUID> acknowledged) {
        Set<UUID> all = new HashSet<>(first);
        all.addAll(acknowledged);
        return all;
    }

    private static void require(
            String name, PostgresDatabase database, UUID tenant, Set<UUID> expected)
            throws SQLException {
        Set<UUID> stored = SharedStore.eventIds(database, tenant);
        Set<UUID> lost = new HashSet<>(expected);
        lost.removeAll(stored);
        Set<UUID> extra = new HashSet<>(stored);
        extra.removeAll(expected);
        if (!lost.isEmpty() || !extra.isEmpty()) {
            throw mismatch(
                    name
                            + " in "
                            + database.name()
                            + ": "
                            + lost.size()
                            + " events are missing, "
                            + extra.size()
                            + " were never acknowledged",
                    lost.stream().limit(3).toList() + ", " + extra.stream().limit(3).toList());
        }
    }

    private static DemoFailure mismatch(String what, String first) {
        return new DemoFailure(DemoFailure.MISMATCH, what + ": " + first);
    }
}
