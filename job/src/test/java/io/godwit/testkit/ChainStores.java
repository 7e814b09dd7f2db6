package io.godwit.testkit;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.spec.Secret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * DynamoDB Local and PostgreSQL for the tests of a class, as a JUnit extension: the servers are
 * started once per JVM; every copy has tables and a database of its own and is closed after its
 * test.
 */
public final class ChainStores implements BeforeAllCallback, AfterEachCallback {

    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private final List<CopyHarness> open = new ArrayList<>();
    private Servers servers;

    private record Servers(DynamoDbLocalServer dynamo, PostgresServer postgres)
            implements AutoCloseable, ExtensionContext.Store.CloseableResource {
        @Override
        public void close() {
            dynamo.close();
            postgres.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        servers =
                context.getRoot()
                        .getStore(Namespace.create(ChainStores.class))
                        .getOrComputeIfAbsent(
                                Servers.class,
                                key ->
                                        new Servers(
                                                DynamoDbLocalServer.start(),
                                                PostgresServer.start()),
                                Servers.class);
    }

    /** These histories in fresh DynamoDB tables, to be copied to a fresh database. */
    public CopyHarness copyOf(ChainHistory... histories) {
        ChainTables tables = tables();
        Arrays.stream(histories).forEach(tables::putAll);
        return copyOf(
                tables, Arrays.stream(histories).map(ChainHistory::eventTag).distinct().toList());
    }

    /** What is in these tables, to be copied to a fresh database. */
    public CopyHarness copyOf(ChainTables tables, List<Integer> eventTags) {
        return copyOf(tables, eventTags, 0);
    }

    public CopyHarness copyOf(ChainTables tables, List<Integer> eventTags, long startHeight) {
        CopyHarness copy =
                new CopyHarness(
                        tables,
                        source(servers.dynamo, tables, eventTags, startHeight),
                        servers.postgres.newDatabase());
        open.add(copy);
        return copy;
    }

    /** Fresh, empty tables. */
    public ChainTables tables() {
        return ChainTables.create(client(), "t" + PREFIXES.incrementAndGet());
    }

    public DynamoDbClient client() {
        return servers.dynamo.client();
    }

    public DynamoDbLocalServer dynamo() {
        return servers.dynamo;
    }

    public PostgresDatabase newDatabase() {
        return servers.postgres.newDatabase();
    }

    public static ChainstorageDynamoDbSpec source(
            DynamoDbLocalServer server,
            ChainTables tables,
            List<Integer> eventTags,
            long startHeight) {
        return new ChainstorageDynamoDbSpec(
                DynamoDbLocalServer.REGION,
                server.endpoint(),
                DynamoDbLocalServer.ACCESS_KEY_ID,
                new Secret(DynamoDbLocalServer.SECRET_ACCESS_KEY),
                tables.blockTable(),
                tables.eventTable(),
                tables.versionedEventTable(),
                eventTags,
                startHeight);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        open.forEach(CopyHarness::close);
        open.clear();
    }
}
