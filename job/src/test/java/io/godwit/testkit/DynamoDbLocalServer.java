package io.godwit.testkit;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * DynamoDB Local in this JVM: real HTTP, empty at the start, kept in memory. One server may be
 * shared by any number of tests and threads, as long as each uses table names of its own.
 */
public final class DynamoDbLocalServer implements AutoCloseable {

    public static final String REGION = "us-east-1";
    public static final String ACCESS_KEY_ID = "godwit";
    public static final String SECRET_ACCESS_KEY = "godwit";

    private static final String LIBRARY_PATH = "sqlite4java.library.path";

    private final DynamoDBProxyServer server;
    private final String endpoint;
    private final DynamoDbClient client;

    private DynamoDbLocalServer(DynamoDBProxyServer server, int port) {
        this.server = server;
        this.endpoint = "http://127.0.0.1:" + port;
        this.client = newClient(endpoint);
    }

    public static DynamoDbLocalServer start() {
        if (System.getProperty(LIBRARY_PATH) == null) {
            throw new IllegalStateException(
                    "System property "
                            + LIBRARY_PATH
                            + " is not set: DynamoDB Local needs sqlite's native library;"
                            + " run with -D"
                            + LIBRARY_PATH
                            + "=job/target/sqlite4java (the build fills that folder)");
        }
        int port = FreePorts.next();
        String[] args = {
            "-inMemory", "-sharedDb", "-disableTelemetry", "-port", Integer.toString(port)
        };
        try {
            DynamoDBProxyServer server = ServerRunner.createServerFromCommandLineArgs(args);
            server.start();
            return new DynamoDbLocalServer(server, port);
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local does not start on port " + port, e);
        }
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
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local at " + endpoint + " does not stop", e);
        }
    }
}
