using System.IO.Compression;
using System.Security.Cryptography;
using Nulls.Sinks;
using Nulls.Sources;
using Nulls.Storage;
using Nulls.Torch;
using Nulls.Unlearning;
using static TorchSharp.torch;

namespace Nulls.Certificates;

/// <summary>Checks of a certificate against saved models, from the bytes of their files.</summary>
internal static class CertificateModels
{
    public static CertificateCheck Digest(string name, string? model, string expected) => Reading(name, model, BundleFormat.WeightsName, weights =>
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(weights));
        return CertificateVerifier.Judge(name, digest == expected, $"The weights have the SHA-256 {digest}.", $"The weights have the SHA-256 {digest}, but the certificate says {expected}.");
    });

    /// <summary>Looks for the sources among the ids that the model holds.</summary>
    public static CertificateCheck NoSource(CertificateStatement statement, CertificateEvidence evidence)
    {
        const string Name = "no id of the sources in the model after";
        if (statement.Predicate.Mode == CertificateMode.Disable)
            return CertificateVerifier.NotChecked(Name, "Sources that are only switched off stay in the model.");
        if (evidence.LedgerKey is not { } key || key.Id != statement.Predicate.Ledger.KeyId)
            return CertificateVerifier.NotChecked(Name, "The ledger's key was not given.");
        return Reading(Name, evidence.ModelAfter, BundleFormat.SourcesName, sources =>
        {
            var index = new PseudonymIndex(SourceRegistry.Load(sources), key);
            var held = statement.Predicate.Order.Sources.Count(source => index.Find(SourcePseudonym.Parse(source)) >= 0);
            return CertificateVerifier.Judge(Name, held == 0, "None of the ids in its registry gives one of the pseudonyms.", $"Its registry still holds {held:N0} of {statement.Predicate.Order.Sources.Count:N0} sources.");
        });
    }

    /// <summary>Looks at every weight of the sinks.</summary>
    public static CertificateCheck ZeroSinks(CertificateStatement statement, string? model, SinkSet? sinks)
    {
        const string Name = "weights of the sinks are zero in the model after";
        if (statement.Predicate.Mode != CertificateMode.Erase)
            return CertificateVerifier.NotChecked(Name, statement.Predicate.Mode == CertificateMode.Disable ? "Switching off changes no weight." : "The new model has no such sinks: its own are numbered anew.");
        if (sinks is null)
            return CertificateVerifier.NotChecked(Name, "Without the ledger's key nobody can say which sinks they are.");
        return Reading(Name, model, BundleFormat.WeightsName, file =>
        {
            NativeBackend.EnsureLoaded();
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            var (looked, alive) = (0L, 0L);
            var reader = new SafetensorsReader(file, BundleFormat.WeightsName);
            while (reader.Next is { } entry)
            {
                using var weights = reader.Read();
                if (!entry.Name.Contains(".sink_", StringComparison.Ordinal))
                    continue;
                // The pool's rows stand once in what goes down, and twice in gate and up.
                var pool = statement.Predicate.Sinks.PoolWidth;
                if (weights.shape[0] % pool != 0)
                    throw new InvalidDataException($"Its pool is not of {pool:N0} sinks.");
                long[] rows = [.. Enumerable.Range(0, (int)(weights.shape[0] / pool)).SelectMany(block => sinks.Indices.ToArray().Select(sink => ((long)block * pool) + sink))];
                using var chosen = weights.index_select(0, tensor(rows));
                looked += chosen.numel();
                alive += chosen.count_nonzero().item<long>();
            }

            return CertificateVerifier.Judge(Name, looked > 0 && alive == 0, $"All {looked:N0} of them.", $"{alive:N0} of {looked:N0} of them are not zero.");
        });
    }

    private static CertificateCheck Reading(string name, string? model, string part, Func<Stream, CertificateCheck> check)
    {
        if (model is null)
            return CertificateVerifier.NotChecked(name, "The model was not given.");
        try
        {
            if (Directory.Exists(model) || !File.Exists(model))
            {
                using var file = File.OpenRead(Path.Combine(model, part));
                return check(file);
            }

            using var archive = ZipFile.OpenRead(model);
            using var entry = PartIn(archive, part).Open();
            return check(entry);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException or FormatException)
        {
            return CertificateVerifier.Failed(name, $"'{model}' cannot be read: {fault.Message}");
        }
    }

    // ML.NET's file holds the parts of a model under the names of what it is inside of, separated as on the system that wrote it.
    private static ZipArchiveEntry PartIn(ZipArchive archive, string part)
    {
        var found = archive.Entries.Where(entry => entry.FullName.Split('/', '\\')[^1] == part).ToArray();
        return found is [var one] ? one : throw new InvalidDataException($"It holds {found.Length} parts '{part}', and a certificate is about one model. Give the file of one model, as ml.Model.Save writes it, or a folder of NullsBundle.Save.");
    }
}
