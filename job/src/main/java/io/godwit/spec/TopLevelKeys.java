package io.godwit.spec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;

/**
 * Fills {@link MigrationSpec#tenant}, for which a file has no key: the loader has read it from the
 * keys at the file's top and hands it over as an attribute.
 */
final class TopLevelKeys extends StdDeserializer<TenantOptions> {

    TopLevelKeys() {
        super(TenantOptions.class);
    }

    @Override
    public TenantOptions getAbsentValue(DeserializationContext context) {
        return (TenantOptions) context.getAttribute(TenantOptions.class);
    }

    @Override
    public TenantOptions deserialize(JsonParser parser, DeserializationContext context) {
        throw new IllegalStateException("A key 'tenant' is refused before anything is read");
    }
}
