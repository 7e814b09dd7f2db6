package io.godwit.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names a key that no record has, before anything else is said about the spec: a misspelt key would
 * otherwise show only as another one that is missing.
 */
final class KnownKeys {

    private KnownKeys() {}

    static void check(String file, JsonNode spec, Map<String, Class<?>> types) {
        check(file, "", spec, MigrationSpec.class, types);
    }

    private static void check(
            String file, String path, JsonNode node, Class<?> type, Map<String, Class<?>> types) {
        Map<String, Class<?>> keys = new TreeMap<>();
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                keys.put(snakeCase(component.getName()), component.getType());
            }
        }
        if (SourceSpec.class.isAssignableFrom(type) || TargetSpec.class.isAssignableFrom(type)) {
            keys.put("type", String.class);
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!keys.containsKey(name)) {
                throw new SpecException(
                        file
                                + ", key '"
                                + path
                                + name
                                + "': unknown key '"
                                + name
                                + "'; allowed: "
                                + keys.keySet());
            }
            Class<?> below = of(keys.get(name), node.get(name), types);
            if (below != null) {
                check(file, path + name + ".", node.get(name), below, types);
            }
        }
    }

    /** The record that a value becomes; null when it is none, or not known. */
    private static Class<?> of(Class<?> type, JsonNode value, Map<String, Class<?>> types) {
        if (!value.isObject()) {
            return null;
        }
        return type.isInterface()
                ? types.get(value.path("type").asText())
                : type.isRecord() ? type : null;
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
