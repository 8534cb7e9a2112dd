using Nulls.Evaluation.Suite;

namespace Nulls.Examples;

/// <summary>What the command line asks for.</summary>
/// <param name="Form">How much is run.</param>
/// <param name="Corpus">The corpus: encyclopedia, tofu, wiki or books.</param>
/// <param name="Out">The folder for the reports and the cache.</param>
/// <param name="Data">The folder of the corpora and benchmarks; null where there is none.</param>
/// <param name="Seeds">The seeds.</param>
/// <param name="Only">The systems to run; none for all.</param>
/// <param name="Forget">The name of the corpus' set to forget; null for its own choice.</param>
/// <param name="Workers">How many parts are computed at a time.</param>
/// <param name="CancellationToken">Cancelled when the user wants to stop.</param>
internal sealed record ProveItOptions(ProofForm Form, string Corpus, string Out, string? Data, int[] Seeds, string[] Only, string? Forget, int Workers, CancellationToken CancellationToken)
{
    public bool IsQuick => Form == ProofForm.Quick;

    public string? BenchmarkFolder => Data is not null && Directory.Exists(Path.Combine(Data, "benchmarks")) ? Path.Combine(Data, "benchmarks") : null;
}
