package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.ApplyResult;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cases of a copy that the contract of the targets does not have; on real PostgreSQL. */
final class TenantCopyCasesITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    @DisplayName("13, 14: of a stream that is there in part, the rest is written where it belongs")
    void ofStreamsThatAreThereInPartTheRestIsWritten(StoreVariant variant) throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, variant);
        List<StoredEvent> all = flow.all(false);
        int events = (int) all.stream().filter(event -> !event.isMark()).count();
        try (EventStoreTarget target =
                new EventStoreTarget(flow.targetSpec(), flow.columns(), 0, TenantFlow.APPLIED)) {
            target.apply(all);
            flow.inTarget("DELETE FROM {table} WHERE {position} % 3 <> 0");
            int kept = flow.rowsIn(flow.target()).size();
            assertThat(kept).isBetween(1, events - 1);

            assertThat(target.apply(all)).isEqualTo(new ApplyResult(events - kept, kept, 0));
        }
        assertThat(TenantRows.withPositions(flow.target(), flow.mapping(), flow.tenant()))
                .isEqualTo(TenantRows.withPositions(flow.source(), flow.mapping(), flow.tenant()));
    }
}
