using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Nulls.Certificates;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests.Certificates;

/// <summary>Whoever changes a certificate, a model or a ledger is found out.</summary>
public class CertificateTamperTests(IssuedCertificates issued) : IClassFixture<IssuedCertificates>
{
    [Fact]
    public void A_flipped_bit_in_any_byte_is_found()
    {
        var whole = issued.Certificate.ToBytes();
        Assert.True(IsSound(whole));
        for (var place = 0; place < whole.Length; place++)
        {
            var changed = whole.ToArray();
            changed[place] ^= (byte)(1 << (place % 8));
            Assert.False(IsSound(changed), $"byte {place} of {whole.Length}");
        }
    }

    [Fact]
    public void A_byte_cut_off_or_put_in_anywhere_is_found()
    {
        var whole = issued.Certificate.ToBytes();
        Assert.True(IsSound(whole));
        for (var place = 0; place <= whole.Length; place += 7)
        {
            Assert.False(IsSound(place == whole.Length ? [.. whole, (byte)' '] : whole[..place]));
            Assert.False(IsSound([.. whole[..place], (byte)' ', .. whole[place..]]), $"a space before byte {place}");
        }
    }

    [Fact]
    public void A_changed_value_of_any_field_is_found()
    {
        var payload = issued.Certificate.Statement.ToBytes();
        var count = Leaves(JsonNode.Parse(payload)!).Count();
        Assert.InRange(count, 50, 1000);
        Assert.True(IsSound(Envelope(payload, Signature())));
        for (var i = 0; i < count; i++)
        {
            var root = JsonNode.Parse(payload)!;
            var leaf = Leaves(root).ElementAt(i);
            var path = leaf.GetPath();
            leaf.ReplaceWith(leaf.GetValueKind() == System.Text.Json.JsonValueKind.String ? JsonValue.Create(leaf.GetValue<string>() + "0") : JsonValue.Create(leaf.GetValue<double>() + 1));
            Assert.False(IsSound(Envelope(Encoding.UTF8.GetBytes(root.ToJsonString()), Signature())), path);
        }
    }

    [Fact]
    public void A_certificate_with_a_field_put_in_is_refused()
    {
        var root = JsonNode.Parse(issued.Certificate.Statement.ToBytes())!;
        root["predicate"]!["note"] = "all is well";
        Assert.Throws<InvalidDataException>(() => UnlearningCertificate.Parse(Envelope(Encoding.UTF8.GetBytes(root.ToJsonString()), Signature())));
    }

    [Fact]
    public void The_signers_own_lie_about_the_order_is_found_beside_the_ledger()
    {
        var lie = Resigned(statement => statement with { Predicate = statement.Predicate with { Order = statement.Predicate.Order with { ReasonCode = "another" } } });
        Assert.True(lie.Verify(issued.Key).IsSound);
        Assert.Equal(["ledger entry"], Failed(lie.Verify(issued.Key, issued.Evidence)));
    }

    [Fact]
    public void The_signers_own_lie_about_the_sinks_is_found_beside_the_ledgers_key()
    {
        var other = SinkCommitment.Make(issued.LedgerKey, Guid.NewGuid(), issued.Before.Config.SinkPoolWidth, [1, 2, 3]);
        var lie = Resigned(statement => statement with { Predicate = statement.Predicate with { Sinks = other } });
        Assert.Equal(["set of sinks"], Failed(lie.Verify(issued.Key, issued.Evidence)));
    }

    [Fact]
    public void A_statement_that_lacks_an_attacks_row_is_found()
    {
        var lie = Resigned(statement => statement with { Predicate = statement.Predicate with { Tests = [.. statement.Predicate.Tests.Where(test => test.Threat != CertificateThreat.Relearning)] } });
        Assert.Equal(["structure"], Failed(lie.Verify(issued.Key)));
    }

    [Fact]
    public void A_model_that_is_not_the_erased_one_fails_all_checks_of_it() =>
        Assert.Equal(
            ["model after", "no id of the sources in the model after", "weights of the sinks are zero in the model after"],
            Failed(issued.Certificate.Verify(issued.Key, issued.Evidence with { ModelAfter = issued.FolderBefore })));

    [Fact]
    public void A_folder_that_holds_no_model_fails()
    {
        using var empty = new TemporaryFolder();
        Assert.Contains("model after", Failed(issued.Certificate.Verify(issued.Key, issued.Evidence with { ModelAfter = empty.Path })));
    }

    [Fact]
    public void A_ledger_that_was_cut_edited_or_is_another_fails()
    {
        var whole = File.ReadAllBytes(issued.LedgerPath);
        var firstLine = Array.IndexOf(whole, (byte)'\n') + 1;
        File.WriteAllBytes(issued.Path("cut"), whole[..firstLine]);
        var edited = whole.ToArray();
        edited[firstLine + 40] ^= 1;
        File.WriteAllBytes(issued.Path("edited"), edited);
        UnlearningLedger.Create(issued.Path("another"), issued.LedgerKey, issued.Before.Sources, issued.Before.ModelDigest);
        foreach (var name in (string[])["cut", "edited", "another", "absent"])
            Assert.Contains("ledger intact", Failed(issued.Certificate.Verify(issued.Key, new CertificateEvidence { LedgerPath = issued.Path(name) })));
    }

    [Fact]
    public void Another_ledgers_key_fails()
    {
        using var other = LedgerKey.FromBytes(new byte[32]);
        Assert.Contains("set of sinks", Failed(issued.Certificate.Verify(issued.Key, new CertificateEvidence { LedgerKey = other })));
    }

    [Fact]
    public void A_ledger_that_went_on_since_verifies_all_the_same()
    {
        File.Copy(issued.LedgerPath, issued.Path("longer"));
        UnlearningLedger.Open(issued.Path("longer"), issued.LedgerKey).Append(LedgerAction.Disable, ["book-9"], IssuedCertificates.Request, "sha256:0");
        Assert.True(issued.Certificate.Verify(issued.Key, issued.Evidence with { LedgerPath = issued.Path("longer") }).IsSound);
    }

    private bool IsSound(byte[] bytes)
    {
        try
        {
            return UnlearningCertificate.Parse(bytes).Verify(issued.Key).IsSound;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static string[] Failed(CertificateVerification verification) =>
        [.. verification.Checks.Where(check => check.Outcome == CertificateCheckOutcome.Failed).Select(check => check.Name)];

    private CertificateEnvelope.Signature Signature() => CertificateEnvelope.Parse(issued.Certificate.ToBytes()).Signatures.Single();

    private static byte[] Envelope(byte[] payload, CertificateEnvelope.Signature signature) =>
        new CertificateEnvelope(Convert.ToBase64String(payload), CertificateEnvelope.StatementPayload, [signature]).ToBytes();

    private UnlearningCertificate Resigned(Func<CertificateStatement, CertificateStatement> change)
    {
        var payload = change(issued.Certificate.Statement).ToBytes();
        var signature = issued.Key.SignData(CertificateEnvelope.ToBeSigned(payload), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return UnlearningCertificate.Parse(Envelope(payload, Signature() with { Sig = Convert.ToBase64String(signature) }));
    }

    private static IEnumerable<JsonValue> Leaves(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value!)),
        JsonArray items => items.SelectMany(item => Leaves(item!)),
        _ => [node.AsValue()],
    };
}
