package io.godwit.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.demo.Outcome.Live;
import io.godwit.testkit.ChainRows;
import java.time.Duration;
import java.time.Instant;

/**
 * The story of a chain that is written to all the time: plan, copy, tail, a refused cutover, pause
 * with a savepoint, resume; then its writer stops: cutover, verification.
 */
final class LivingChain {

    /** Events that must have gone through the tail before the story goes on. */
    private static final long TAILED = 100;

    private final Screen screen;
    private final Migration migration;
    private final GeneratedChain chain;

    LivingChain(Screen screen, Migration migration, GeneratedChain chain) {
        this.screen = screen;
        this.migration = migration;
        this.chain = chain;
    }

    Outcome move() throws Exception {
        migration.plan();
        long copied = chain.lastSequence();
        try (SourceWriter writer = new SourceWriter(chain);
                RunningJob first = startBeside(writer)) {
            copyAndFollow(first, copied);
            migration.cutover(Migration.REFUSED);
            screen.line("Refused, as it must be: the source is still written to");
            first.await("the tail again", s -> phase(s).equals("DUAL_WRITE"));
            migration.pause();
            long pausedAt = chain.lastSequence();
            first.awaitJobEnd();
            String savepoint = migration.status().orElseThrow().get("savepoint").asText();
            try (RunningJob second = migration.startResume()) {
                long whilePaused = catchUp(second, pausedAt);
                first.join();
                writer.stop();
                tell(writer);
                migration.cutover(0);
                ChainRows rows = migration.compareWithModel(chain.history());
                second.join();
                migration.audit();
                return new Outcome(
                        migration.name(),
                        rows,
                        chain.reorgs(),
                        chain.deepest(),
                        migration.verified(rows),
                        new Live(
                                copied,
                                copySeconds(),
                                writer.events(),
                                writer.reorgs(),
                                whilePaused,
                                savepoint));
            }
        }
    }

    private RunningJob startBeside(SourceWriter writer) {
        screen.line("From now on a writer adds blocks and reorgs to the source all the time");
        return migration.startMigrate();
    }

    private void copyAndFollow(RunningJob job, long copied) {
        job.await("the end of the copy", s -> phase(s).equals("DUAL_WRITE"));
        screen.line("The copy is done; the tail follows the writer");
        JsonNode status =
                job.await("the tail", s -> s.get("applied_through").asLong() >= copied + TAILED);
        tell(status);
    }

    /** Returns how many events were added between pause and resume. */
    private long catchUp(RunningJob job, long pausedAt) {
        job.await("the resumed job", s -> s.get("job").get("running").asBoolean());
        long head = chain.lastSequence();
        long missed = head - pausedAt;
        screen.line("Between pause and resume the source grew by " + missed + " events");
        tell(job.await("the tail", s -> s.get("applied_through").asLong() >= head + TAILED));
        return missed;
    }

    private void tell(SourceWriter writer) {
        screen.line(
                "The writer has stopped: it added "
                        + writer.events()
                        + " events with "
                        + writer.reorgs()
                        + " reorgs");
    }

    private void tell(JsonNode status) {
        screen.line(
                "Tail: applied through "
                        + status.get("applied_through").asLong()
                        + " of "
                        + status.get("source_head").asLong()
                        + " as of the last checkpoint; "
                        + status.get("events_written").asLong()
                        + " events written, "
                        + status.get("events_dead_lettered").asLong()
                        + " dead-lettered");
    }

    private static String phase(JsonNode status) {
        return status.get("phase").asText();
    }

    private double copySeconds() {
        Instant start = null;
        for (JsonNode entry : migration.auditEntries()) {
            Instant at = Instant.parse(entry.get("at").asText());
            switch (entry.get("action").asText()) {
                case "PHASE_BULK_COPY" -> start = at;
                case "PHASE_DUAL_WRITE" -> {
                    return Duration.between(start, at).toMillis() / 1e3;
                }
                default -> {
                    // Not about the copy.
                }
            }
        }
        throw new DemoFailure(DemoFailure.MISMATCH, "The audit does not tell of the copy");
    }
}
