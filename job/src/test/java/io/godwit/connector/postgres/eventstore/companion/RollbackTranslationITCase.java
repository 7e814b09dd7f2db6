package io.godwit.connector.postgres.eventstore.companion;

import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.ACME;
import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.OTHER;
import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.godwit.connector.postgres.eventstore.companion.Checkpoint.Outcome;
import io.godwit.connector.postgres.eventstore.companion.CompanionStore.Placed;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Consumers go back with their tenant, and miss nothing that was written meanwhile. */
final class RollbackTranslationITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    /** After the switch 1050 and 1060 were written in the target; they come back as 45 and 46. */
    @Test
    void rollbackTranslatesBack() throws SQLException {
        CompanionStore source = CompanionStore.create(STORES, "shared", StoreVariant.CURRENT);
        CompanionStore target = CompanionStore.create(STORES, "dedicated", StoreVariant.CURRENT);
        source.put(ACME, 10, 30, 40).put(OTHER, 20);
        target.put(
                List.of(
                        new Placed(1010, event(10L), ACME),
                        new Placed(1030, event(30L), ACME),
                        new Placed(1040, event(40L), ACME)));
        source.consumed("orders", event(10L), 10).consumed("slow", event(10L), 10);
        translation(source, target, OptionalLong.of(1000)).apply(40);
        target.put(
                List.of(
                        new Placed(1050, event("new 1"), ACME),
                        new Placed(1060, event("new 2"), ACME)));
        target.consumed("orders", event("new 1"), 1050);
        source.put(OTHER, 44);
        source.put(
                List.of(
                        new Placed(45, event("new 1"), ACME),
                        new Placed(46, event("new 2"), ACME)));
        SubscriptionTranslation back = translation(target, source, OptionalLong.empty());
        assertThat(back.apply(1060))
                .extracting(Checkpoint::outcome, c -> c.to().getAsLong())
                .containsExactly(tuple(Outcome.TRANSLATED, 45L), tuple(Outcome.TRANSLATED, 29L));
        assertThat(source.stored("orders")).isEqualTo("{\"s\":\"shared\",\"k\":[45]}");
        // 29 is behind the consumer's last event 10 and before its next, 30.
        assertThat(source.stored("slow")).isEqualTo("{\"s\":\"shared\",\"k\":[29]}");
    }

    private static SubscriptionTranslation translation(
            CompanionStore from, CompanionStore to, OptionalLong offset) {
        return new SubscriptionTranslation(
                from.spec(),
                to.spec(),
                List.of("orders", "slow"),
                List.of(ACME),
                offset,
                "translate");
    }
}
