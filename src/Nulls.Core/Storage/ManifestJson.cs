using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nulls.Storage;

/// <summary>How manifests are written: to be read by people, and refused when a member is missing or null.</summary>
internal static class ManifestJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };
}
