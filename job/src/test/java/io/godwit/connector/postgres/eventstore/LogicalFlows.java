package io.godwit.connector.postgres.eventstore;

import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** For each test a flow whose source feeds a logical tail; the slot goes with the test. */
final class LogicalFlows implements AfterEachCallback {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TenantStores stores;
    private TenantFlow flow;

    LogicalFlows(TenantStores stores) {
        this.stores = stores;
    }

    TenantFlow create(StoreVariant variant) throws SQLException {
        flow = TenantFlow.create(stores, variant);
        LogicalFeeds.ensure(flow.sourceSpec(), "test", PATIENCE);
        return flow;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (flow != null) {
            LogicalFeeds.drop(flow.sourceSpec(), "test");
        }
    }

    static void turnUntil(LogicalReader reader, String what, Callable<Boolean> done) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(1))
                .until(
                        () -> {
                            while (reader.turn()) {
                                // as long as there is something
                            }
                            return done.call();
                        });
    }

    static long head(TenantFlow flow) {
        try (EventTableLog log =
                new EventTableLog(flow.sourceSpec(), List.of(flow.tenant()), "head")) {
            return log.head(0);
        }
    }
}
