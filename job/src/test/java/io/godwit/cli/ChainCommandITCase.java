package io.godwit.cli;

import static io.godwit.cli.CommandServers.history;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.RewoundHistory;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What chain migrations through the command line copy, with Flink in the same process. */
final class ChainCommandITCase {

    @RegisterExtension static final CommandServers SERVERS = new CommandServers();

    @TempDir private Path folder;

    @Test
    @DisplayName("19, 28: a one-shot copy has the newest event, and is published")
    void aOneShotCopyHasTheNewestEventAndIsPublished() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);

        assertThat(run.bounded().migrate()).isEqualTo(ExitCode.DONE);

        assertThat(run.rows()).isEqualTo(ChainModel.of(history));
        assertThat(run.status().get("phase").asText()).isEqualTo("COMPLETED");
        assertThat(run.status().get("events_written").asLong()).isEqualTo(history.lastSequence());
        assertThat(run.status().get("applied_through").asLong()).isEqualTo(history.lastSequence());
    }

    @Test
    @DisplayName("20, 50: a second run over a finished copy succeeds and changes nothing")
    void aSecondRunOverAFinishedCopySucceedsAndChangesNothing() throws Exception {
        CommandRun run = SERVERS.command(folder);
        run.tables().putAll(history());
        run.bounded().migrate();
        ChainRows before = run.rows();

        assertThat(run.migrate()).isEqualTo(ExitCode.DONE);
        assertThat(run.rows()).isEqualTo(before);
        assertThat(run.status().get("events_written").asLong()).isZero();

        assertThat(run.with("start_event_sequence: 1").migrate()).isEqualTo(ExitCode.DONE);
        assertThat(run.rows()).isEqualTo(before);
        assertThat(run.status().get("events_already_equal").asLong())
                .isEqualTo(history().lastSequence());
    }

    @Test
    @DisplayName("21: without history a one-shot copy ends cleanly")
    void withoutHistoryAOneShotCopyEndsCleanly() throws Exception {
        CommandRun run = SERVERS.command(folder);

        assertThat(run.bounded().migrate()).isEqualTo(ExitCode.DONE);

        assertThat(run.rows().events()).isEmpty();
        assertThat(run.output()).contains("COMPLETED");
    }

    @Test
    @DisplayName("21, 30: without history the tail waits for the first event")
    void withoutHistoryTheTailWaitsForTheFirstEvent() throws Exception {
        CommandRun run = SERVERS.command(folder);
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            ChainHistory history = history();
            run.tables().putAll(history);
            running.awaitApplied(history.lastSequence());
            assertThat(run.rows().withoutWatermarks())
                    .isEqualTo(ChainModel.of(history).withoutWatermarks());
            assertThat(run.rows().watermarks().orElseThrow()).isEmpty();
        }
    }

    @Test
    @DisplayName("22: an end above the watermark copies up to the watermark")
    void anEndAboveTheWatermarkCopiesUpToTheWatermark() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);
        run.tables().setWatermark(0, 20);

        assertThat(run.bounded().with("end_event_sequence: 50").migrate()).isEqualTo(ExitCode.DONE);

        assertThat(run.rows()).isEqualTo(ChainModel.of(history, 20));
    }

    @Test
    @DisplayName("23, 24: a source that moved back halts the job; rewind copies what it has now")
    void aSourceThatMovedBackHaltsTheJobAndRewindCopiesWhatItHasNow() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);
        try (RunningMigration running = run.start()) {
            running.awaitApplied(history.lastSequence());
            run.tables().setWatermark(0, 30);
            assertThat(running.exitCode()).isEqualTo(ExitCode.FAILED);
        }
        assertThat(run.status().get("phase").asText()).isEqualTo("FAILED");
        assertThat(run.status().get("reason").asText())
                .contains("moved back from " + history.lastSequence() + " to 30")
                .contains("--rewind");
        assertThat(run.bounded().migrate()).isEqualTo(ExitCode.REFUSED);

        ChainHistory rewritten = RewoundHistory.of(history, 30).blocks(25).reorg(2).blocks(9);
        run.tables().putSince(rewritten, 31);
        assertThat(run.migrate("--rewind")).isEqualTo(ExitCode.DONE);

        assertThat(run.rows()).isEqualTo(ChainModel.of(rewritten));
        assertThat(run.verify("full")).as(run.output()).isEqualTo(ExitCode.DONE);
    }

    @Test
    @DisplayName("25, 26: a start of 0 and an end before the start are refused")
    void aStartOfZeroAndAnEndBeforeTheStartAreRefused() throws Exception {
        CommandRun run = SERVERS.command(folder);
        run.tables().putAll(history());

        assertThat(run.bounded().with("start_event_sequence: 0").migrate())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run.output()).contains("sequences start at 1");
        assertThat(run.bounded().with("start_event_sequence: 9\nend_event_sequence: 8").migrate())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run.output()).contains("end_event_sequence is 8");
        assertThat(run.tableNames()).isEmpty();
    }

    @Test
    @DisplayName("26: an end equal to the start copies one event")
    void anEndEqualToTheStartCopiesOneEvent() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);

        assertThat(run.bounded().with("start_event_sequence: 1\nend_event_sequence: 1").migrate())
                .isEqualTo(ExitCode.DONE);

        assertThat(run.rows()).isEqualTo(ChainModel.of(history, 1));
    }

    @Test
    @DisplayName("27: a start in the middle of a log that the target lacks is refused")
    void aStartInTheMiddleOfALogThatTheTargetLacksIsRefused() throws Exception {
        CommandRun run = SERVERS.command(folder);
        run.tables().putAll(history());

        assertThat(run.bounded().with("start_event_sequence: 10").migrate())
                .isEqualTo(ExitCode.REFUSED);

        assertThat(run.output()).contains("event 1 of event tag 0 is not in the target");
        assertThat(run.tableNames()).isEmpty();
    }

    @Test
    @DisplayName("53: two event tags are copied into one database")
    void twoEventTagsAreCopiedIntoOneDatabase() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory old = history();
        ChainHistory derived = old.derive(3, 2);
        run.tables().putAll(old);
        run.tables().putAll(derived);

        assertThat(run.bounded().eventTags("[0, 3]").migrate()).isEqualTo(ExitCode.DONE);

        assertThat(run.rows()).isEqualTo(ChainModel.of(old, derived));
        assertThat(run.verify("full")).as(run.output()).isEqualTo(ExitCode.DONE);
    }

    @Test
    @DisplayName("55: verification finds a missing row, a different row and a wrong canonical row")
    void verificationFindsWhatDiffers() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);
        run.bounded().migrate();
        for (String level : new String[] {"count", "hash", "full"}) {
            assertThat(run.verify(level)).as(run.output()).isEqualTo(ExitCode.DONE);
        }

        run.sql("UPDATE block_events SET hash = 'x' WHERE event_sequence = 7");
        assertThat(run.verify("count")).as(run.output()).isEqualTo(ExitCode.DONE);
        assertThat(run.verify("hash")).as(run.output()).isEqualTo(ExitCode.FAILED);
        assertThat(run.output()).contains("sequence 7").contains("hash=x");

        run.sql("DELETE FROM block_events WHERE event_sequence = 9");
        assertThat(run.verify("count")).as(run.output()).isEqualTo(ExitCode.FAILED);
        assertThat(run.output()).contains("sequence 9").contains("missing in the target");

        run.sql("DELETE FROM canonical_blocks WHERE height = 105");
        assertThat(run.verify("full")).as(run.output()).isEqualTo(ExitCode.FAILED);
        assertThat(run.output()).contains("height 105");
    }

    @Test
    void planAndDryRunWriteNothingAndTakeTheSameDecisions() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);

        assertThat(run.bounded().plan()).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains("copies 1 to " + history.lastSequence());
        assertThat(run.migrate("--dry-run")).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains(history.lastSequence() + " would be written");
        assertThat(run.tableNames()).isEmpty();

        run.tables().deleteEvent(0, 33);
        assertThat(run.migrate("--dry-run")).as(run.output()).isEqualTo(ExitCode.FAILED);
        assertThat(run.output()).contains("33 is missing");
        assertThat(run.tableNames()).isEmpty();
    }
}
