package io.godwit.spec;

import static io.godwit.spec.SpecFixture.LEAST;
import static io.godwit.spec.SpecFixture.load;
import static io.godwit.spec.SpecFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TenantSpecTest {

    private static final String ACME = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";

    /** The least that a spec of this kind says. */
    private static final String TENANT =
            """
            name: acme
            kind: tenant
            tenants: [6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e]
            source:
              type: postgres-event-store
              store_id: shared
              url: jdbc:postgresql://127.0.0.1:5432/shared
              event_store: eventsource-py
            target:
              type: postgres-event-store
              store_id: dedicated
              url: jdbc:postgresql://127.0.0.1:5432/acme
              event_store: eventsource-py
            """;

    private static final String MAPPING =
            """
              event_store:
                table: journal.entries
                position: seq
                event_id: id
                tenant_id: account
                stream: [account, stream_name]
                version: revision
                event_type: kind
                payload: envelope
                timestamp: at
            """;

    private static final EventStoreMapping JOURNAL =
            new EventStoreMapping(
                    "journal.entries",
                    "seq",
                    "id",
                    "account",
                    List.of("account", "stream_name"),
                    "revision",
                    "kind",
                    "at",
                    "envelope");

    private static TenantOptions with(String lines) {
        return load(TENANT + lines).tenant();
    }

    private static String refusalWith(String lines) {
        return refusal(TENANT + lines);
    }

    @Test
    void everyKeyIsRead() {
        MigrationSpec spec =
                load(
                        TENANT.replace("[6f1c", "[other-tenant, 42, 6f1c")
                                        .replace(
                                                "acme\n  event_store",
                                                "acme\n  user: me\n  create_schema: true\n"
                                                        + "  password: ${GODWIT_TARGET_PASSWORD}\n"
                                                        + "  event_store")
                                + """
                                subscriptions: [orders, invoices]
                                cutover_max_lag_events: 100
                                cutover_timeout_ms: 2000
                                dual_write_timeout_minutes: 30
                                position_mapping_enabled: true
                                verify_consistency: false
                                verification_level: FULL
                                migrate_subscriptions: true
                                write_pause_timeout_ms: 9000
                                tail: logical
                                positions: append
                                snapshots: false
                                parallelism: 3
                                """);
        assertThat(spec.kind()).isEqualTo(Kind.TENANT);
        assertThat(spec.parallelism()).isEqualTo(3);
        assertThat(spec.tenant())
                .isEqualTo(
                        new TenantOptions(
                                List.of("other-tenant", "42", ACME),
                                List.of("orders", "invoices"),
                                100L,
                                2000,
                                30,
                                true,
                                false,
                                VerificationLevel.FULL,
                                true,
                                9000,
                                Tail.LOGICAL,
                                Positions.APPEND,
                                false));
        assertThat(spec.target())
                .isEqualTo(
                        new PostgresEventStoreSpec(
                                "dedicated",
                                "jdbc:postgresql://127.0.0.1:5432/acme",
                                "me",
                                new Secret("secret-of-the-target"),
                                EventStoreMapping.eventsourcePy(),
                                true));
    }

    @Test
    void whatIsLeftOutHasItsDocumentedDefault() {
        MigrationSpec spec = load(TENANT);
        TenantOptions options = spec.tenant();
        assertThat(options.tenants()).containsExactly(ACME);
        assertThat(options.subscriptions()).isEmpty();
        assertThat(options.cutoverMaxLagEvents()).isZero();
        assertThat(options.cutoverTimeoutMs()).isEqualTo(500);
        assertThat(options.dualWriteTimeoutMinutes()).isNull();
        assertThat(options.positionMappingEnabled()).isTrue();
        assertThat(options.verifyConsistency()).isTrue();
        assertThat(options.verificationLevel()).isEqualTo(VerificationLevel.HASH);
        assertThat(options.migrateSubscriptions()).isTrue();
        assertThat(options.writePauseTimeoutMs()).isEqualTo(5000);
        assertThat(options.tail()).isEqualTo(Tail.POLL);
        assertThat(options.positions()).isNull();
        assertThat(options.snapshots()).isTrue();
        assertThat(((PostgresEventStoreSpec) spec.target()).createSchema()).isFalse();
        assertThat(spec.continuous()).isTrue();
    }

    @Test
    void ledgerIsInTheSourceDatabaseUnlessTheSpecSaysOtherwise() {
        assertThat(load(TENANT).ledger().url()).endsWith("/shared");
        assertThat(
                        load(TENANT + "ledger: { url: 'jdbc:postgresql://127.0.0.1/ledger' }\n")
                                .ledger()
                                .url())
                .endsWith("/ledger");
    }

    @Test
    void chainHasNoTenantOptions() {
        assertThat(load(LEAST).tenant()).isNull();
    }

    @Test
    void keyOfAnotherKindIsUnknown() {
        assertThat(refusalWith("start_event_sequence: 5\n"))
                .contains("unknown key 'start_event_sequence', it is one of kind chain", "tenants")
                .doesNotContain("end_event_sequence");
        assertThat(refusal(LEAST + "cutover_timeout_ms: 500\n"))
                .contains("unknown key 'cutover_timeout_ms', it is one of kind tenant")
                .contains("start_event_sequence")
                .doesNotContain("verification_level");
        assertThat(refusalWith("tenant: {}\n")).contains("unknown key 'tenant'; allowed");
        assertThat(refusalWith("cutover_timeout: 500\n"))
                .contains("unknown key 'cutover_timeout'; allowed", "cutover_timeout_ms");
    }

    @Test
    void mappingIsReadByItsKeys() {
        MigrationSpec spec = load(TENANT.replaceFirst("  event_store: eventsource-py\n", MAPPING));
        assertThat(((PostgresEventStoreSpec) spec.source()).eventStore()).isEqualTo(JOURNAL);
        assertThat(JOURNAL.isEventsourcePy()).isFalse();
        assertThat(JOURNAL.quotedTable()).isEqualTo("\"journal\".\"entries\"");
        assertThat(JOURNAL.columns()).doesNotHaveDuplicates().hasSize(8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "    position: seq | position: | event_store.position is missing",
                "    position: seq | positoin: seq | unknown key 'positoin'; allowed",
                "    position: seq | position: id | names the column 'id' twice",
                "    stream: [account, stream_name] | stream: [] | event_store.stream is empty",
                "    stream: [account, stream_name] | stream: name | expected: a list",
            })
    void mappingThatCannotBeIsRefused(String line, String instead, String message) {
        assertThat(
                        refusal(
                                TENANT.replaceFirst(
                                        "  event_store: eventsource-py\n",
                                        MAPPING.replace(line.strip(), instead.strip()))))
                .contains("source", message);
    }

    @Test
    void unknownPresetIsRefusedWithTheKnownOnesAndTheKeysOfAMapping() {
        assertThat(refusal(TENANT.replaceFirst("eventsource-py", "axon")))
                .contains("source.event_store", "'axon'", "[eventsource-py]", "event_id");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | tenants is empty",
                "~ | tenants is missing",
                "acme | a list",
                "[a, b, a] | tenants has 'a' twice",
                "[a, ''] | tenants has an empty entry",
                "[a, ~] | tenants has an empty entry",
                "[' a'] | with blanks around it",
                "[[a]] | a single value",
            })
    void tenantsAreOneOrMoreDifferentIds(String value, String message) {
        assertThat(refusal(TENANT.replaceAll("tenants:.*", "tenants: " + value))).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cutover_max_lag_events: -1 | cutover_max_lag_events is -1; it is at least 0",
                "cutover_timeout_ms: 99 | cutover_timeout_ms is 99; it is at least 100",
                "cutover_timeout_ms: soon | 'cutover_timeout_ms', line 14: the value does not fit",
                "dual_write_timeout_minutes: 0 | dual_write_timeout_minutes is 0",
                "write_pause_timeout_ms: 400 | less than cutover_timeout_ms 500",
                "cutover_timeout_ms: 6000 | write_pause_timeout_ms is 5000, less than",
                "verification_level: crc | 'crc' is not known; allowed: [count, hash, full]",
                "tail: wal | 'wal' is not known; allowed: [poll, logical]",
                "positions: same | 'same' is not known; allowed: [keep, append]",
                "snapshots: perhaps | true or false",
                "subscriptions: [a, a] | subscriptions has 'a' twice",
                "subscriptions: orders | a list",
            })
    void optionOutOfBoundsIsRefusedWithKeyAndBound(String line, String message) {
        assertThat(refusalWith(line + "\n")).contains(message);
    }

    @Test
    void subscriptionsAreTranslatedByTheMappingOrNotAtAll() {
        String off = "subscriptions: [orders]\nposition_mapping_enabled: false\n";
        assertThat(refusalWith(off)).contains("position_mapping_enabled is false");
        assertThat(with(off + "migrate_subscriptions: false\n").positionMappingEnabled()).isFalse();
    }

    @Test
    void storesAreTwoDifferentOnes() {
        assertThat(refusal(TENANT.replace("dedicated", "shared")))
                .contains("source.store_id and target.store_id are both 'shared'");
        assertThat(refusal(TENANT.replace("5432/acme", "5432/shared?sslmode=disable")))
                .contains("source.url and target.url are both");
    }

    @ParameterizedTest
    @ValueSource(strings = {"store_id: shared", "url: jdbc:postgresql://127.0.0.1:5432/shared"})
    void storeWithoutItsIdOrUrlIsRefused(String line) {
        assertThat(refusal(TENANT.replace("  " + line + "\n", "")))
                .contains("'source'", line.split(":")[0] + " is missing");
    }

    @Test
    void eventStoreIsNamedAndOnlyAPresetCanBeCreated() {
        assertThat(refusal(TENANT.replaceFirst("  event_store: eventsource-py\n", "")))
                .contains("event_store", "is missing");
        assertThat(
                        refusal(
                                TENANT.replaceFirst(
                                        "  event_store: eventsource-py\ntarget",
                                        MAPPING + "  create_schema: true\ntarget")))
                .contains("create journal.entries yourself");
        assertThat(refusal(TENANT.replaceFirst("store_id", "create_schema: true\n  store_id")))
                .contains("source.create_schema is true");
    }

    @Test
    void storesOfAnotherKindAreRefused() {
        assertThat(
                        refusal(
                                TENANT.replace("kind: tenant", "kind: chain")
                                        .replaceAll("tenants.*\n", "")))
                .contains("source.type is no store of kind chain");
        assertThat(refusal(LEAST.replace("kind: chain", "kind: tenant") + "tenants: [a]\n"))
                .contains("source.type is no store of kind tenant");
    }

    @Test
    void unknownKindIsNamedBeforeItsKeysAreJudged() {
        assertThat(refusal(TENANT.replace("kind: tenant", "kind: tenancy")))
                .contains("'tenancy' is not known; allowed: [chain, tenant]");
    }
}
