package io.godwit.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a job runs. */
final class FlinkOption {

    @Option(
            names = "--flink",
            paramLabel = "URL",
            description = "REST address of a Flink cluster, like http://host:8081.")
    private String url;

    @Option(
            names = "--local",
            description = "Run in this process, with an embedded Flink and its web UI.")
    private boolean local;

    @Option(
            names = "--job-jar",
            paramLabel = "PATH",
            description = "godwit-job.jar for --flink. Default: beside godwit.jar.")
    private Path jobJar;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = "godwit-state",
            description =
                    "With --local: where checkpoints and savepoints go. Default: ${DEFAULT-VALUE}.")
    private Path stateDir;

    String url() {
        return url;
    }

    boolean local() {
        return local;
    }

    Path jobJar() {
        return jobJar;
    }

    Path stateDir(String migration) {
        return stateDir.toAbsolutePath().normalize().resolve(migration);
    }

    boolean given() {
        return local || url != null;
    }

    void check() {
        if (local && url != null) {
            throw CommandException.usage("--local and --flink exclude each other");
        }
    }
}
