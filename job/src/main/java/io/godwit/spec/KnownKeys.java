package io.godwit.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Names a key that no record has, before anything else is said about the spec: a misspelt key would
 * otherwise show only as another one that is missing. A key of another kind is such a key too.
 */
final class KnownKeys {

    private KnownKeys() {}

    static void check(String file, JsonNode spec, Map<String, Class<?>> types) {
        Map<String, Class<?>> keys = keys(MigrationSpec.class);
        keys.keySet().removeAll(MigrationSpec.NOT_KEYS);
        keys.putAll(keys(TenantOptions.class));
        // An unknown or missing kind is named by the loader; until then every kind's keys are fine.
        kind(spec).ifPresent(kind -> others(kind).forEach(other -> keys.keySet().remove(other)));
        check(file, "", spec, keys, types);
    }

    /** The keys of a record, as a spec spells them. */
    static Set<String> of(Class<?> record) {
        return Set.copyOf(keys(record).keySet());
    }

    /** Empty when it is not given, or not known. */
    static Optional<Kind> kind(JsonNode spec) {
        return Stream.of(Kind.values())
                .filter(kind -> kind.name().equalsIgnoreCase(spec.path("kind").asText()))
                .findFirst();
    }

    private static Set<String> others(Kind kind) {
        Set<String> others = new TreeSet<>();
        Stream.of(Kind.values())
                .filter(other -> other != kind)
                .forEach(other -> others.addAll(other.ownKeys()));
        return others;
    }

    private static void check(
            String file,
            String path,
            JsonNode node,
            Map<String, Class<?>> keys,
            Map<String, Class<?>> types) {
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
                                + "'"
                                + (path.isEmpty() ? elsewhere(name) : "")
                                + "; allowed: "
                                + keys.keySet());
            }
            Class<?> below = below(keys.get(name), node.get(name), types);
            if (below != null) {
                check(file, path + name + ".", node.get(name), keys(below), types);
            }
        }
    }

    /** For a key that is not misspelt, only in the wrong spec. */
    private static String elsewhere(String name) {
        return Stream.of(Kind.values())
                .filter(kind -> kind.ownKeys().contains(name))
                .map(kind -> ", it is one of kind " + kind.name().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElse("");
    }

    private static Map<String, Class<?>> keys(Class<?> type) {
        Map<String, Class<?>> keys = new TreeMap<>();
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                keys.put(snakeCase(component.getName()), component.getType());
            }
        }
        if (SourceSpec.class.isAssignableFrom(type) || TargetSpec.class.isAssignableFrom(type)) {
            keys.put("type", String.class);
        }
        return keys;
    }

    /** The record that a value becomes; null when it is none, or not known. */
    private static Class<?> below(Class<?> type, JsonNode value, Map<String, Class<?>> types) {
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
