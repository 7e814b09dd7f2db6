package io.godwit.demo;

import io.godwit.testkit.DynamoDbLocalServer;
import io.godwit.testkit.PostgresServer;
import java.util.concurrent.CompletableFuture;

/**
 * DynamoDB Local and PostgreSQL in this process, on free ports of the loopback interface only,
 * started side by side. Godwit talks to both over the network; the demo's own writes to DynamoDB go
 * past HTTP.
 */
final class DemoServers implements AutoCloseable {

    private final DynamoDbLocalServer dynamo;
    private final CompletableFuture<PostgresServer> postgres;

    private DemoServers(DynamoDbLocalServer dynamo, CompletableFuture<PostgresServer> postgres) {
        this.dynamo = dynamo;
        this.postgres = postgres;
    }

    static DemoServers start() {
        CompletableFuture<PostgresServer> postgres =
                CompletableFuture.supplyAsync(PostgresServer::start);
        return new DemoServers(DynamoDbLocalServer.start(), postgres);
    }

    /** Of DynamoDB. */
    String endpoint() {
        return dynamo.endpoint();
    }

    /** A client for whoever plays the chain service; it needs no closing. */
    DirectDynamoDb newWriter() {
        return new DirectDynamoDb(
                dynamo.store(), DynamoDbLocalServer.ACCESS_KEY_ID, DynamoDbLocalServer.REGION);
    }

    /** Waits until it has started. */
    PostgresServer postgres() {
        return postgres.join();
    }

    @Override
    public void close() {
        try {
            dynamo.close();
        } finally {
            postgres.join().close();
        }
    }
}
