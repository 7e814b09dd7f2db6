package io.godwit.testkit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB Local in this JVM: real HTTP, empty at the start, kept in memory. One server may be
 * shared by any number of tests and threads, as long as each uses table names of its own. It
 * listens on the loopback interface only; DynamoDB Local's own starter would listen on every one.
 */
public final class DynamoDbLocalServer implements AutoCloseable {

    public static final String REGION = "us-east-1";
    public static final String ACCESS_KEY_ID = "godwit";
    public static final String SECRET_ACCESS_KEY = "godwit";

    private static final String LIBRARY_PATH = "sqlite4java.library.path";

    private final LocalDynamoDBRequestHandler store;
    private final LocalDynamoDBServerHandler handler;
    private final Server http;
    private final String endpoint;
    private final DynamoDbClient client;

    private DynamoDbLocalServer(LocalDynamoDBRequestHandler store) throws Exception {
        this.store = store;
        this.handler = new LocalDynamoDBServerHandler(store, null);
        this.http = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        http.setHandler(new ContextHandler(handler, "/"));
        http.start();
        this.endpoint = "http://127.0.0.1:" + http.getURI().getPort();
        this.client = newClient(endpoint);
    }

    public static DynamoDbLocalServer start() {
        return start(newStore());
    }

    /** Serves what was put into the store past HTTP, and what will be. */
    public static DynamoDbLocalServer start(LocalDynamoDBRequestHandler store) {
        try {
            return new DynamoDbLocalServer(store);
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local does not start", e);
        }
    }

    /** In memory, one database whatever the credentials. */
    public static LocalDynamoDBRequestHandler newStore() {
        if (System.getProperty(LIBRARY_PATH) == null) {
            throw new IllegalStateException(
                    "System property "
                            + LIBRARY_PATH
                            + " is not set: DynamoDB Local needs sqlite's native library;"
                            + " run with -D"
                            + LIBRARY_PATH
                            + "=job/target/sqlite4java (the build fills that folder)");
        }
        return new LocalDynamoDBRequestHandler(0, true, null, true, false);
    }

    /** Behind HTTP: for who fills it. */
    public LocalDynamoDBRequestHandler store() {
        return store;
    }

    public String endpoint() {
        return endpoint;
    }

    /** A client that all callers share; it lives as long as the server. */
    public DynamoDbClient client() {
        return client;
    }

    /** A client of the caller's own, with the same settings. */
    public static DynamoDbClient newClient(String endpoint) {
        return DynamoDbClient.builder()
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(64))
                .endpointOverride(URI.create(endpoint))
                .region(Region.of(REGION))
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(ACCESS_KEY_ID, SECRET_ACCESS_KEY)))
                .build();
    }

    @Override
    public void close() {
        client.close();
        try {
            http.stop();
            handler.close();
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local at " + endpoint + " does not stop", e);
        }
    }
}
