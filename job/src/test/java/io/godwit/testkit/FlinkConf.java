package io.godwit.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The configuration folder of a cluster on this machine, and the JVM flags that Flink needs on Java
 * 17.
 */
final class FlinkConf {

    /** As flink-dist ships them in env.java.opts.all. */
    static final List<String> JVM_FLAGS =
            List.of(
                    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
                    "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
                    "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "--add-opens=java.base/java.net=ALL-UNNAMED",
                    "--add-opens=java.base/java.io=ALL-UNNAMED",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-opens=java.base/java.text=ALL-UNNAMED",
                    "--add-opens=java.base/java.time=ALL-UNNAMED",
                    "--add-opens=java.base/java.util=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED");

    private static final String LOG4J =
            """
            rootLogger.level = INFO
            rootLogger.appenderRef.file.ref = file
            appender.file.name = file
            appender.file.type = File
            appender.file.fileName = ${sys:log.file}
            appender.file.layout.type = PatternLayout
            appender.file.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1} - %m%n
            """;

    private final Path directory;

    private FlinkConf(Path directory) {
        this.directory = directory;
    }

    /** Writes conf/ in the work directory; {@code settings} win over the kit's. */
    static FlinkConf write(Path work, int restPort, int rpcPort, Map<String, String> settings) {
        Map<String, String> config = new TreeMap<>();
        config.put("jobmanager.rpc.address", "127.0.0.1");
        config.put("jobmanager.rpc.port", Integer.toString(rpcPort));
        config.put("jobmanager.bind-host", "127.0.0.1");
        config.put("rest.address", "127.0.0.1");
        config.put("rest.bind-address", "127.0.0.1");
        config.put("rest.port", Integer.toString(restPort));
        config.put("rest.bind-port", Integer.toString(restPort));
        config.put("web.tmpdir", work.resolve("web").toString());
        config.put("io.tmp.dirs", work.resolve("tmp").toString());
        config.put("taskmanager.host", "127.0.0.1");
        config.put("taskmanager.bind-host", "127.0.0.1");
        config.put("taskmanager.numberOfTaskSlots", "2");
        config.put("taskmanager.memory.process.size", "1024m");
        config.put("taskmanager.memory.jvm-metaspace.size", "160m");
        config.put("taskmanager.memory.jvm-overhead.max", "192m");
        config.put("taskmanager.memory.managed.fraction", "0.25");
        config.put("heartbeat.interval", "1 s");
        config.put("heartbeat.timeout", "5 s");
        config.put("restart-strategy.type", "fixed-delay");
        config.put("restart-strategy.fixed-delay.attempts", "2147483647");
        config.put("restart-strategy.fixed-delay.delay", "1 s");
        config.put("state.backend.type", "rocksdb");
        config.put("execution.checkpointing.incremental", "true");
        config.put("execution.checkpointing.dir", work.resolve("checkpoints").toUri().toString());
        config.put(
                "execution.checkpointing.savepoint-dir",
                work.resolve("savepoints").toUri().toString());
        config.put(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION");
        config.putAll(settings);
        StringBuilder yaml = new StringBuilder();
        config.forEach(
                (key, value) -> yaml.append(key).append(": \"").append(value).append("\"\n"));
        Path directory = work.resolve("conf");
        try {
            for (String folder :
                    List.of("conf", "log", "tmp", "web", "checkpoints", "savepoints")) {
                Files.createDirectories(work.resolve(folder));
            }
            Files.writeString(directory.resolve("config.yaml"), yaml);
            Files.writeString(directory.resolve("log4j.properties"), LOG4J);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new FlinkConf(directory);
    }

    Path directory() {
        return directory;
    }

    Path log4j() {
        return directory.resolve("log4j.properties");
    }
}
