package io.godwit.spec;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * YAML to records. Unknown keys, double keys, wrong types, missing secrets and unknown connector
 * types are refused with file, key and what is allowed.
 */
public final class SpecLoader {

    private static final String SINGLE_VALUE = "a single value is expected here";

    private final ObjectMapper mapper;
    private final Map<String, Class<?>> types;

    /**
     * @param types connector type name to spec record
     * @param environment looks up an environment variable, null when it is not set
     */
    public SpecLoader(Map<String, Class<?>> types, UnaryOperator<String> environment) {
        this.types = Map.copyOf(types);
        Interpolation interpolation = new Interpolation(environment);
        SimpleModule module = new SimpleModule("godwit");
        module.addDeserializer(String.class, text(String.class, interpolation::resolve));
        module.addDeserializer(Secret.class, text(Secret.class, interpolation::secret));
        module.addDeserializer(
                Duration.class,
                text(Duration.class, value -> Durations.parse(interpolation.resolve(value))));
        module.addDeserializer(EndSequence.class, text(EndSequence.class, EndSequence::of));
        types.forEach((name, type) -> module.registerSubtypes(new NamedType(type, name)));
        this.mapper =
                YAMLMapper.builder(
                                YAMLFactory.builder()
                                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                        .build())
                        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                        .addModule(module)
                        .build();
    }

    private interface Parse<T> {
        T of(String text);
    }

    private static <T> StdDeserializer<T> text(Class<T> type, Parse<T> parse) {
        return new StdDeserializer<>(type) {
            @Override
            public T deserialize(JsonParser parser, DeserializationContext context)
                    throws IOException {
                if (!parser.currentToken().isScalarValue()) {
                    throw JsonMappingException.from(
                            parser, SINGLE_VALUE, new IllegalArgumentException(SINGLE_VALUE));
                }
                try {
                    return parse.of(parser.getText());
                } catch (IllegalArgumentException e) {
                    throw JsonMappingException.from(parser, e.getMessage(), e);
                }
            }
        };
    }

    /**
     * @param file named in errors
     */
    public MigrationSpec load(String file, String yaml) {
        try {
            JsonNode tree = mapper.readTree(yaml);
            if (tree == null || !tree.isObject()) {
                throw new SpecException(file + " has no keys; it is a map of keys and values");
            }
            KnownKeys.check(file, tree, types);
            TenantOptions tenant =
                    KnownKeys.kind(tree).filter(Kind.TENANT::equals).isPresent()
                            ? part(TenantOptions.class, yaml, null)
                            : null;
            return part(MigrationSpec.class, yaml, tenant);
        } catch (JsonProcessingException e) {
            // Jackson's own messages quote the source, which may hold a literal secret.
            throw new SpecException(file + where(e) + ": " + what(e), ours(e));
        }
    }

    /** One record out of a file whose keys are all known, but not all of this record. */
    private <T> T part(Class<T> type, String yaml, TenantOptions tenant)
            throws JsonProcessingException {
        return mapper.readerFor(type)
                .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .withAttribute(TenantOptions.class, tenant)
                .readValue(yaml);
    }

    private static String where(JsonProcessingException e) {
        String path = "";
        if (e instanceof JsonMappingException mapping) {
            path =
                    mapping.getPath().stream()
                            .map(
                                    r ->
                                            r.getFieldName() == null
                                                    ? "[" + r.getIndex() + "]"
                                                    : r.getFieldName())
                            .collect(Collectors.joining("."));
        }
        boolean known = e.getLocation() != null && !atEndOfMapping(e);
        String line = known ? ", line " + e.getLocation().getLineNr() : "";
        return (path.isEmpty() ? "" : ", key '" + path + "'") + line;
    }

    /** Jackson notices these when it has read the whole mapping: the line would be misleading. */
    private static boolean atEndOfMapping(JsonProcessingException e) {
        return e instanceof UnrecognizedPropertyException
                || e instanceof ValueInstantiationException;
    }

    private static Throwable ours(JsonProcessingException e) {
        return e.getCause() instanceof IllegalArgumentException cause ? cause : null;
    }

    private String what(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "unknown key '"
                    + unknown.getPropertyName()
                    + "'; allowed: "
                    + new TreeSet<>(
                            unknown.getKnownPropertyIds().stream().map(String::valueOf).toList());
        }
        if (e instanceof InvalidTypeIdException type) {
            return "unknown or missing type '"
                    + type.getTypeId()
                    + "'; known: "
                    + new TreeSet<>(types.keySet());
        }
        if (e instanceof InvalidFormatException format && format.getTargetType().isEnum()) {
            return "'"
                    + format.getValue()
                    + "' is not known; allowed: "
                    + java.util.Arrays.stream(format.getTargetType().getEnumConstants())
                            .map(c -> c.toString().toLowerCase(java.util.Locale.ROOT))
                            .toList();
        }
        if (ours(e) != null) {
            return ours(e).getMessage();
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return "the value does not fit; expected: " + expected(mismatch.getTargetType());
        }
        Throwable root = e.getCause() instanceof JsonProcessingException cause ? cause : e;
        return root.getClass() == JsonParseException.class
                ? ((JsonParseException) root).getOriginalMessage()
                : "this cannot be read as YAML; a value with special characters is quoted";
    }

    /** What a key takes, in YAML's words. The value itself is not repeated: it may be a secret. */
    private static String expected(Class<?> type) {
        if (Number.class.isAssignableFrom(type)) {
            return "a whole number";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (java.util.Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type.isRecord() || type.isInterface() ? "keys and values" : "a single value";
    }
}
