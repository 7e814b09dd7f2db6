package io.godwit.connector;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import java.util.Map;

/** The connector types a spec can name. A new one is one line here. */
public final class Connectors {

    public static final Map<String, Class<?>> TYPES =
            Map.of(
                    ChainstorageDynamoDbSpec.TYPE, ChainstorageDynamoDbSpec.class,
                    ChainstoragePostgresSpec.TYPE, ChainstoragePostgresSpec.class,
                    PostgresEventStoreSpec.TYPE, PostgresEventStoreSpec.class);

    private Connectors() {}
}
