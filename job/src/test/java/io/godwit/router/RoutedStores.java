package io.godwit.router;

import io.godwit.router.TableShapeITCase.Shape;
import io.godwit.router.TableShapeITCase.Store;
import io.godwit.testkit.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For each test of a class two fenced databases, "shared" and "dedicated", and a stream of a tenant
 * that nobody has routed yet.
 */
final class RoutedStores implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {

    private PostgresServer server;
    private Store shared;
    private Store dedicated;
    private StreamId stream;

    @Override
    public void beforeAll(ExtensionContext context) {
        server = PostgresServer.start();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        shared = new Store(server, "shared", Shape.WITH_TXID).fenced();
        dedicated = new Store(server, "dedicated", Shape.WITH_TXID).fenced();
        stream = TableShapeITCase.stream();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        server.close();
    }

    Store shared() {
        return shared;
    }

    Store dedicated() {
        return dedicated;
    }

    StreamId stream() {
        return stream;
    }

    UUID tenant() {
        return stream.tenantId();
    }

    /** The tenant's route in that store, as the coordinator writes it. */
    String route(String storeId, long epoch, String state) {
        return Store.route(tenant(), storeId, epoch, state);
    }

    Map<String, DataSource> sources() {
        return Map.of("shared", shared.dataSource(), "dedicated", dedicated.dataSource());
    }

    TenantStoreRouter router(Duration timeout, Duration maxAge) {
        RouterOptions options = new RouterOptions(timeout, maxAge, false);
        return new TenantStoreRouter(sources(), "shared", options);
    }

    /** The first event of the stream into the other store, as a migration copies it. */
    void copyTheFirst() {
        UUID id = shared.events().readStream(stream, 1).get(0).eventId();
        dedicated.execute(
                """
                INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                    version, timestamp, payload)
                VALUES ('%s', '%s', '%s', 'Placed', '%s', 1, now(), '{}')
                """
                        .formatted(id, stream.aggregateId(), stream.aggregateType(), tenant()));
    }

    AppendResult append(EventStore store, ExpectedVersion expected) {
        return append(store, stream, expected);
    }

    static AppendResult append(EventStore store, StreamId stream, ExpectedVersion expected) {
        return store.append(stream, List.of(TableShapeITCase.event()), expected);
    }

    static int count(Store store) {
        return Integer.parseInt(store.query("SELECT count(*) FROM events"));
    }
}
