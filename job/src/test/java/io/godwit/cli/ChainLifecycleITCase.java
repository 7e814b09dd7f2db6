package io.godwit.cli;

import static io.godwit.cli.CommandServers.history;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Chain migrations that are paused, stopped and cut over, with Flink in the same process. */
final class ChainLifecycleITCase {

    @RegisterExtension static final CommandServers SERVERS = new CommandServers();

    @TempDir private Path folder;

    @Test
    void aGapStopsTheMigrationAndTheNextOneGoesOnWhenItIsMended() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);
        run.tables().deleteEvent(0, 33);

        assertThat(run.bounded().migrate()).isEqualTo(ExitCode.FAILED);
        assertThat(run.output()).contains("33 is missing");
        assertThat(run.status().get("phase").asText()).isEqualTo("FAILED");
        assertThat(run.deadLetters()).containsExactly("event tag 0, sequence 33");

        run.tables().putEvent(history.events().get(32));
        assertThat(run.migrate()).isEqualTo(ExitCode.DONE);
        assertThat(run.rows()).isEqualTo(ChainModel.of(history));
    }

    @Test
    void aSecondStartOfARunningMigrationIsRefused() throws Exception {
        CommandRun run = SERVERS.command(folder);
        run.tables().putAll(history());
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            assertThat(run.migrate()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.output()).contains("is running already");
        }
    }

    @Test
    void pauseResumeCutoverAndAbortFollowThePhases() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            assertThat(run.named("pause")).isEqualTo(ExitCode.DONE);
            assertThat(running.exitCode()).isEqualTo(ExitCode.DONE);
        }
        assertThat(run.named("cutover", "--source-stopped")).isEqualTo(ExitCode.REFUSED);
        assertThat(run.named("pause")).isEqualTo(ExitCode.REFUSED);
        long before = history.nextSequence();
        history.reorg(4).blocks(10);
        run.tables().putSince(history, before);
        try (RunningMigration running = run.resume()) {
            running.awaitApplied(history.lastSequence());
            assertThat(run.named("cutover")).isEqualTo(ExitCode.REFUSED);
            assertThat(run.named("cutover", "--source-stopped")).isEqualTo(ExitCode.DONE);
            assertThat(running.exitCode()).isEqualTo(ExitCode.DONE);
        }
        assertThat(run.rows()).isEqualTo(ChainModel.of(history));
        assertThat(run.status().get("phase").asText()).isEqualTo("COMPLETED");
        assertThat(run.named("cutover", "--source-stopped")).isEqualTo(ExitCode.DONE);
        assertThat(run.named("abort", "--reason", "too late")).isEqualTo(ExitCode.REFUSED);
        assertThat(run.named("audit")).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains("CUTOVER_COMPLETED");
    }

    @Test
    void aCutoverWhoseSourceStillMovesIsRolledBack() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);
        try (RunningMigration running = run.start();
                SteadyWriter writer = new SteadyWriter(run.tables(), history)) {
            running.awaitPhase("DUAL_WRITE");
            writer.awaitThreeEvents();
            assertThat(run.named("cutover", "--source-stopped")).isEqualTo(ExitCode.REFUSED);
            assertThat(run.output()).contains("not stopped");
            assertThat(run.status().get("phase").asText()).isEqualTo("DUAL_WRITE");
            assertThat(run.named("abort", "--reason", "only a try")).isEqualTo(ExitCode.DONE);
            assertThat(running.exitCode()).isEqualTo(ExitCode.FAILED);
        }
        assertThat(run.status().get("phase").asText()).isEqualTo("ABORTED");
        assertThat(run.status().get("reason").asText()).isEqualTo("only a try");
    }

    @Test
    void aTailThatIsAliveShowsNewEventsWithinASecondOrSo() throws Exception {
        CommandRun run = SERVERS.command(folder);
        ChainHistory history = history();
        run.tables().putAll(history);
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            long next = history.nextSequence();
            history.blocks(5);
            run.tables().putSince(history, next);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> run.rows().events().size() == history.lastSequence());
        }
    }
}
