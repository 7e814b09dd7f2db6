package io.godwit.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.io.FileUtils;
import org.awaitility.Awaitility;

/**
 * A real PostgreSQL on 127.0.0.1 with a data directory of its own, in UTC. It stops with this JVM.
 * A commit that was answered survives {@link #kill()} (synchronous_commit is on; fsync is off, for
 * only a crash of the machine needs it).
 */
public final class PostgresServer implements AutoCloseable {

    private static final String USER = "postgres";
    private static final String PASSWORD = "postgres";
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final Path data;
    private final int port = FreePorts.next();
    private final Map<String, String> config;
    private final Thread hook = new Thread(this::stop, "stop PostgreSQL");
    private EmbeddedPostgres postgres;

    private PostgresServer(Path data, Map<String, String> config) {
        this.data = data;
        this.config = config;
    }

    public static PostgresServer start() {
        return start(Map.of());
    }

    /** With settings as in postgresql.conf; they win over the kit's. */
    public static PostgresServer start(Map<String, String> serverConfig) {
        Map<String, String> config = new TreeMap<>();
        config.put("listen_addresses", "127.0.0.1");
        config.put("unix_socket_directories", "");
        config.put("timezone", "UTC");
        config.put("log_timezone", "UTC");
        config.put("synchronous_commit", "on");
        config.putAll(serverConfig);
        try {
            PostgresServer server =
                    new PostgresServer(Files.createTempDirectory("godwit-postgres"), config);
            Runtime.getRuntime().addShutdownHook(server.hook);
            server.restart();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A fresh, empty database. */
    public PostgresDatabase newDatabase() {
        String name = "godwit_" + DATABASES.incrementAndGet();
        try (Connection connection = database("postgres").connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create database " + name, e);
        }
        return database(name);
    }

    public int port() {
        return port;
    }

    /** The process id of the postmaster. */
    public synchronized long pid() {
        try {
            return Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL on port " + port + " does not run", e);
        }
    }

    /** SIGKILL to the postmaster and all its backends; returns when none of them is left. */
    public synchronized void kill() {
        ProcessHandle postmaster = ProcessHandle.of(pid()).orElseThrow();
        List<ProcessHandle> all = new ArrayList<>(List.of(postmaster));
        postmaster.descendants().forEach(all::add);
        all.forEach(ProcessHandle::destroyForcibly);
        Awaitility.await("end of PostgreSQL's processes on port " + port)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> all.stream().noneMatch(Processes::isRunning));
        try {
            // Without it, closing would wait for a server that is no more.
            Files.deleteIfExists(data.resolve("postmaster.pid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        release();
    }

    /** Starts PostgreSQL on the same data and port; it recovers what was committed. */
    public synchronized void restart() {
        if (postgres != null) {
            throw new IllegalStateException(
                    "PostgreSQL runs on port " + port + "; kill() it first");
        }
        EmbeddedPostgres.Builder builder =
                EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setCleanDataDirectory(false)
                        .setRegisterShutdownHook(false)
                        .setPGStartupWait(Duration.ofSeconds(60))
                        .setPort(port);
        config.forEach(builder::setServerConfig);
        try {
            postgres = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL does not start in " + data, e);
        }
    }

    @Override
    public void close() {
        stop();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private synchronized void stop() {
        release();
        FileUtils.deleteQuietly(data.toFile());
    }

    /** Stops the server if it runs, and lets go of the lock on the data directory. */
    private void release() {
        if (postgres == null) {
            return;
        }
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            postgres = null;
        }
    }

    private PostgresDatabase database(String name) {
        return new PostgresDatabase(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + name, USER, PASSWORD, name);
    }
}
