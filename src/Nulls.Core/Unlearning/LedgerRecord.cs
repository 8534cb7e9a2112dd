using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Nulls.Unlearning;

/// <summary>A record of a ledger as a line of JSON, in ASCII.</summary>
/// <remarks>
/// The line ends in <c>,"seal":"…","hash":"…"}</c>. The seal is HMAC-SHA256 under the ledger's key of the word record and all bytes
/// before the seal's comma; the hash is SHA-256 of all bytes before its own comma. "previous" is the hash of the record before.
/// </remarks>
internal static class LedgerRecord
{
    /// <summary>More than the longest entry takes.</summary>
    public const int MostBytes = 1 << 23;

    public const string FormatName = "Nulls unlearning ledger";
    public const int Version = 1;
    public const string NoHash = "0000000000000000000000000000000000000000000000000000000000000000";
    private const int HexLength = 64;
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

    private static ReadOnlySpan<byte> SealMark => ",\"seal\":\""u8;

    private static ReadOnlySpan<byte> HashMark => "\",\"hash\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    private static int HashTail => HexLength + End.Length;

    public static byte[] Write(LedgerGenesis genesis, LedgerKey key) => Finish(key, json =>
    {
        json.WriteNumber("sequence", 0);
        json.WriteString("previous", NoHash);
        json.WriteString("format", FormatName);
        json.WriteNumber("version", Version);
        json.WriteString("id", genesis.Id);
        json.WriteString("time", TimeText(genesis.Time));
        json.WriteString("key", genesis.KeyId);
        json.WriteString("model", genesis.ModelDigest);
        json.WriteString("salt", Convert.ToHexStringLower(genesis.SourceSalt.Span));
    });

    /// <summary>Writes an entry; its hash is not yet known, and not looked at.</summary>
    public static byte[] Write(LedgerEntry entry, string previous, LedgerKey key) => Finish(key, json =>
    {
        json.WriteNumber("sequence", entry.Sequence);
        json.WriteString("previous", previous);
        json.WriteString("id", entry.Id);
        json.WriteString("time", TimeText(entry.Time));
        json.WriteString("action", NameOf(entry.Action));
        json.WriteString("actor", entry.Request.Actor);
        json.WriteString("reason", entry.Request.ReasonCode);
        json.WriteString("basis", entry.Request.LegalBasis);
        json.WriteString("model", entry.ModelDigest);
        json.WriteStartArray("sources");
        foreach (var source in entry.Sources)
            json.WriteStringValue(source.ToString());
        json.WriteEndArray();
    });

    /// <summary>Splits a whole line into what is sealed, what is hashed, seal and hash; false when it does not end as a record does.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> body, out ReadOnlySpan<byte> hashed, out string seal, out string hash)
    {
        body = hashed = default;
        seal = hash = "";
        var hashAt = line.Length - HashTail - HashMark.Length;
        var sealAt = hashAt - HexLength - SealMark.Length;
        if (sealAt < 0 || !line.EndsWith(End) || !line[hashAt..].StartsWith(HashMark) || !line[sealAt..].StartsWith(SealMark))
            return false;

        body = line[..sealAt];
        // The hash covers the seal and its closing quote.
        hashed = line[..(hashAt + 1)];
        seal = Encoding.ASCII.GetString(line.Slice(hashAt - HexLength, HexLength));
        hash = HashAtEnd(line);
        return true;
    }

    /// <summary>Gets the hash that ends a record's line.</summary>
    public static string HashAtEnd(ReadOnlySpan<byte> line) =>
        line.Length < HashTail ? "" : Encoding.ASCII.GetString(line.Slice(line.Length - HashTail, HexLength));

    /// <summary>Returns the length of the record that bytes begin with, or -1 when they break off before its end.</summary>
    public static int WholeLength(ReadOnlySpan<byte> bytes)
    {
        // Inside a text a quote is written as \u0022, so the mark is found only where it stands.
        var mark = bytes.IndexOf(HashMark);
        var length = mark + HashMark.Length + HashTail;
        return mark >= 0 && length <= bytes.Length ? length : -1;
    }

    public static string HashOf(ReadOnlySpan<byte> hashed) => Convert.ToHexStringLower(SHA256.HashData(hashed));

    /// <exception cref="FormatException">A field is absent or not what it must be.</exception>
    public static (long Sequence, string Previous) ReadPlace(JsonElement record) =>
        Reading(() => (record.GetProperty("sequence").GetInt64(), TextOf(record, "previous")));

    /// <exception cref="FormatException">A field is absent or not what it must be.</exception>
    /// <exception cref="NotSupportedException">The format is newer.</exception>
    public static LedgerGenesis ReadGenesis(JsonElement record) => Reading(() =>
    {
        if (TextOf(record, "format") != FormatName)
            throw new FormatException("It is not the record that begins a ledger.");
        if (record.GetProperty("version").GetInt32() is var version && version != Version)
            throw new NotSupportedException($"The ledger has format {version}, and this version of Nulls reads format {Version}. Update Nulls.MLNet.");

        return new LedgerGenesis
        {
            Id = record.GetProperty("id").GetGuid(),
            Time = TimeOf(record),
            KeyId = TextOf(record, "key"),
            ModelDigest = TextOf(record, "model"),
            SourceSalt = Convert.FromHexString(TextOf(record, "salt")),
        };
    });

    /// <exception cref="FormatException">A field is absent or not what it must be.</exception>
    public static LedgerEntry ReadEntry(JsonElement record, string hash) => Reading(() => new LedgerEntry
    {
        Sequence = record.GetProperty("sequence").GetInt64(),
        Id = record.GetProperty("id").GetGuid(),
        Time = TimeOf(record),
        Action = ActionOf(TextOf(record, "action")),
        Request = new LedgerRequest { Actor = TextOf(record, "actor"), ReasonCode = TextOf(record, "reason"), LegalBasis = TextOf(record, "basis") },
        ModelDigest = TextOf(record, "model"),
        Sources = [.. record.GetProperty("sources").EnumerateArray().Select(source => SourcePseudonym.Parse(source.GetString() ?? ""))],
        Hash = hash,
    });

    private static byte[] Finish(LedgerKey key, Action<Utf8JsonWriter> writeFields)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            writeFields(json);
            json.WriteEndObject();
        }

        // Without the closing brace, which follows the hash.
        line.SetLength(line.Length - 1);
        var seal = key.Seal(line.GetBuffer().AsSpan(0, (int)line.Length));
        line.Write(SealMark);
        line.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(seal)));
        line.WriteByte((byte)'"');
        var hash = HashOf(line.GetBuffer().AsSpan(0, (int)line.Length));
        line.Write(HashMark[1..]);
        line.Write(Encoding.ASCII.GetBytes(hash));
        line.Write(End);
        return line.ToArray();
    }

    private static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException(failure.Message, failure);
        }
    }

    private static string TextOf(JsonElement record, string name) =>
        record.GetProperty(name).GetString() ?? throw new FormatException($"\"{name}\" is null.");

    private static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static DateTimeOffset TimeOf(JsonElement record) =>
        DateTimeOffset.ParseExact(TextOf(record, "time"), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static string NameOf(LedgerAction action) => action switch
    {
        LedgerAction.Disable => "disable",
        LedgerAction.Restore => "restore",
        LedgerAction.Erase => "erase",
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "The action must be Disable, Restore or Erase."),
    };

    private static LedgerAction ActionOf(string name) => name switch
    {
        "disable" => LedgerAction.Disable,
        "restore" => LedgerAction.Restore,
        "erase" => LedgerAction.Erase,
        _ => throw new FormatException($"There is no action '{name}'."),
    };
}
