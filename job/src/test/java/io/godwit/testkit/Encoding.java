package io.godwit.testkit;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How the service's writers of different years store an empty string in DynamoDB. */
public enum Encoding {
    /** As {@code NULL}. */
    SDK_V1,
    /** As an empty string. */
    SDK_V2,
    /** Not at all. */
    MISSING;

    void put(Map<String, AttributeValue> item, String name, String value) {
        if (!value.isEmpty() || this == SDK_V2) {
            item.put(name, AttributeValue.fromS(value));
        } else if (this == SDK_V1) {
            item.put(name, AttributeValue.fromNul(true));
        }
    }
}
