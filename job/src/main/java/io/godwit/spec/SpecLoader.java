package io.godwit.spec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
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
                        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
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
                    throw JsonMappingException.from(parser, "a single value is expected here");
                }
                try {
                    return parse.of(parser.getText());
                } catch (IllegalArgumentException e) {
                    throw JsonMappingException.from(parser, e.getMessage(), e);
                }
            }
        };
    }

    /** @param file named in errors */
    public MigrationSpec load(String file, String yaml) {
        try {
            MigrationSpec spec = mapper.readValue(yaml, MigrationSpec.class);
            if (spec == null) {
                throw new SpecException(file + " is empty");
            }
            return spec;
        } catch (JsonProcessingException e) {
            throw new SpecException(file + where(e) + ": " + what(e), e);
        }
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
        String line = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
        return (path.isEmpty() ? "" : ", key '" + path + "'") + line;
    }

    private String what(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "unknown key '"
                    + unknown.getPropertyName()
                    + "'; allowed: "
                    + new TreeSet<>(
                            unknown.getKnownPropertyIds().stream()
                                    .map(String::valueOf)
                                    .toList());
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
        Throwable cause = e.getCause();
        if (cause instanceof IllegalArgumentException) {
            return cause.getMessage();
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return "the value does not fit; expected: " + expected(mismatch.getTargetType());
        }
        return e.getOriginalMessage();
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
