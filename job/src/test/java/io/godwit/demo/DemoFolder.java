package io.godwit.demo;

import io.godwit.testkit.ChainTables;
import io.godwit.testkit.DynamoDbLocalServer;
import io.godwit.testkit.PostgresDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.commons.io.FileUtils;

/** The specs of the demo, its secrets and Flink's state, in a folder that is gone at the end. */
final class DemoFolder implements AutoCloseable {

    private final Path folder;

    private DemoFolder(Path folder) {
        this.folder = folder;
    }

    static DemoFolder create() throws IOException {
        return new DemoFolder(Files.createTempDirectory("godwit-demo"));
    }

    Path path() {
        return folder;
    }

    /** Where Flink keeps checkpoints and savepoints. */
    Path state() {
        return folder.resolve("state");
    }

    /**
     * Writes NAME.yaml, as those in jobs-config/. Its secrets are references to files that only
     * this user can read: a process cannot change its own environment.
     */
    Path spec(
            String name,
            String endpoint,
            ChainTables tables,
            PostgresDatabase target,
            List<String> settings)
            throws IOException {
        return Files.writeString(
                folder.resolve(name + ".yaml"),
                """
                name: %s
                kind: chain
                source:
                  type: chainstorage-dynamodb
                  region: %s
                  endpoint: %s
                  access_key_id: %s
                  secret_access_key: ${file:%s}
                  block_table: %s
                  event_table: %s
                  event_tags: [0]
                  block_start_height: 0
                target:
                  type: chainstorage-postgres
                  url: %s
                  user: %s
                  password: ${file:%s}
                  create_schema: true
                parallelism: 2
                %s
                """
                        .formatted(
                                name,
                                DynamoDbLocalServer.REGION,
                                endpoint,
                                DynamoDbLocalServer.ACCESS_KEY_ID,
                                secret("dynamodb.secret", DynamoDbLocalServer.SECRET_ACCESS_KEY),
                                tables.blockTable(),
                                tables.eventTable(),
                                target.url(),
                                target.user(),
                                secret("postgres.secret", target.password()),
                                String.join("\n", settings)));
    }

    /** A file that only this user can read. */
    Path secret(String name, String value) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, value);
        }
        return file;
    }

    @Override
    public void close() {
        FileUtils.deleteQuietly(folder.toFile());
    }
}
