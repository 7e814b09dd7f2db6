package io.godwit.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.testkit.PostgresDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * The story of a tenant that is written to all the time: copy, cutover, verification, rollback,
 * cutover again. Its writers go on after each step; what they were acknowledged is proved at the
 * end.
 */
final class MovingTenant {

    /** Appends of each writer before the story goes on. */
    private static final int APPENDS = 100;

    /** Longest wait of an append in the router, as in the spec. */
    private static final Duration WRITE_PAUSE = Duration.ofSeconds(5);

    private final Screen screen;
    private final Migration migration;
    private final SharedStore store;
    private final Path jobJar;

    /**
     * @param jobJar for the cluster of the migration's jobs
     */
    MovingTenant(Screen screen, Migration migration, SharedStore store, Path jobJar) {
        this.screen = screen;
        this.migration = migration;
        this.store = store;
        this.jobJar = jobJar;
    }

    void move() throws Exception {
        TenantProof proof = new TenantProof(store);
        try (RoutedApplication application =
                        new RoutedApplication(
                                Map.of(
                                        SharedStore.SOURCE_ID, store.shared(),
                                        SharedStore.TARGET_ID, store.dedicated()),
                                SharedStore.SOURCE_ID,
                                WRITE_PAUSE);
                SteadyAppends acme = application.start("acme", store.acme());
                SteadyAppends globex = application.start("globex", store.globex());
                PlainClient plain = new PlainClient(store.acme(), store.shared())) {
            screen.line(
                    "From now on three writers: acme and globex through the router, and a plain"
                            + " INSERT client of acme that knows nothing");
            new Writers(application, acme, globex, plain).through(proof);
        }
    }

    /** The story, as its writers see it. */
    private final class Writers {

        private final RoutedApplication application;
        private final SteadyAppends acme;
        private final SteadyAppends globex;
        private final PlainClient plain;
        private Duration longestOfGlobex = Duration.ZERO;

        Writers(
                RoutedApplication application,
                SteadyAppends acme,
                SteadyAppends globex,
                PlainClient plain) {
            this.application = application;
            this.acme = acme;
            this.globex = globex;
            this.plain = plain;
        }

        void through(TenantProof proof) throws Exception {
            writeOn();
            screen.title("Copy, then follow");
            try (RunningJob job = migration.startMigrate()) {
                JsonNode status =
                        job.await(
                                "the end of the copy",
                                s -> s.get("phase").asText().equals("DUAL_WRITE"));
                screen.line(
                        String.format(
                                Locale.ROOT,
                                "DUAL_WRITE: %,d events are copied, the tail follows the writers",
                                status.get("events_written").asLong()));
                writeOn();

                screen.title("Cutover: acme moves");
                change("cutover", store.dedicated());

                screen.title("Rollback: acme returns, with all that it has written there");
                change("rollback", store.shared());

                screen.title("Cutover again");
                change("cutover", store.dedicated());

                screen.title("The writers stop; what flows back arrives");
                stop();
                proof.awaitFlowBack();
                migration.verify();
                migration.command("pause");
                job.join();
            }
            screen.title("What was proved, by looking into the stores");
            prove(proof);
        }

        /** Moves acme while everybody writes. */
        private void change(String command, PostgresDatabase to) throws SQLException {
            acme.longest();
            plain.longest();
            Duration before = globex.longest();
            migration.command(command, "--job-jar", jobJar.toString());
            String refused = plain.awaitRefusal();
            Duration ofAcme = longer(acme.longest(), plain.longest());
            Duration during = globex.longest();
            longestOfGlobex = longer(longestOfGlobex, longer(before, during));
            plain.deploy(to);
            writeOn();
            screen.line(
                    "Longest append meanwhile: acme "
                            + millis(ofAcme)
                            + "; globex "
                            + millis(during)
                            + " ("
                            + millis(before)
                            + " before). The router writes acme to "
                            + application.storeOf(store.acme()));
            screen.line("The plain client was told: " + refused + "; with the new URL it goes on");
        }

        private void writeOn() {
            acme.awaitMore(APPENDS);
            globex.awaitMore(APPENDS);
            plain.awaitMore(APPENDS);
        }

        private void stop() {
            acme.stop();
            globex.stop();
            plain.stop();
            longestOfGlobex = longer(longestOfGlobex, globex.longest());
        }

        private void prove(TenantProof proof) throws SQLException {
            List<UUID> ofAcme = new ArrayList<>(acme.acknowledged());
            ofAcme.addAll(plain.acknowledged());
            screen.row(proof.ofAcme(ofAcme));
            screen.row(proof.sameRows());
            screen.row(proof.ofOthers(globex.acknowledged()));
            screen.row(
                    "writers: "
                            + plain.refusals()
                            + " inserts of the plain client refused, none of the router's failed;"
                            + " globex's longest append "
                            + millis(longestOfGlobex));
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
    }
}
