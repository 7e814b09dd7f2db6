package io.godwit.demo;

import io.godwit.testkit.DynamoDbLocalServer;
import io.godwit.testkit.PostgresServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB Local and PostgreSQL in this process, on free ports of the loopback interface only,
 * started side by side. Godwit talks to both over the network; the demo's own writes to DynamoDB go
 * past HTTP. (DynamoDB Local's own starter would listen on every interface.)
 */
final class DemoServers implements AutoCloseable {

    private final LocalDynamoDBRequestHandler store;
    private final LocalDynamoDBServerHandler dynamo;
    private final Server http;
    private final CompletableFuture<PostgresServer> postgres;

    private DemoServers(
            LocalDynamoDBRequestHandler store,
            LocalDynamoDBServerHandler dynamo,
            Server http,
            CompletableFuture<PostgresServer> postgres) {
        this.store = store;
        this.dynamo = dynamo;
        this.http = http;
        this.postgres = postgres;
    }

    static DemoServers start() throws Exception {
        CompletableFuture<PostgresServer> postgres =
                CompletableFuture.supplyAsync(PostgresServer::start);
        LocalDynamoDBRequestHandler store =
                new LocalDynamoDBRequestHandler(0, true, null, true, false);
        LocalDynamoDBServerHandler dynamo = new LocalDynamoDBServerHandler(store, null);
        Server http = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        http.setHandler(new ContextHandler(dynamo, "/"));
        http.start();
        return new DemoServers(store, dynamo, http, postgres);
    }

    /** Of DynamoDB. */
    String endpoint() {
        return "http://127.0.0.1:" + http.getURI().getPort();
    }

    /** A client for whoever plays the chain service; it needs no closing. */
    DirectDynamoDb newWriter() {
        return new DirectDynamoDb(
                store, DynamoDbLocalServer.ACCESS_KEY_ID, DynamoDbLocalServer.REGION);
    }

    /** Waits until it has started. */
    PostgresServer postgres() {
        return postgres.join();
    }

    @Override
    public void close() {
        try {
            http.stop();
            dynamo.close();
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local does not stop", e);
        } finally {
            postgres.join().close();
        }
    }
}
