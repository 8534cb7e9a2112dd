using Nulls.Inference;
using Nulls.Text;

namespace Nulls.Evaluation.Suite;

/// <summary>How a system reads texts: losses, what it recites of passages, and whether it betrays what it was trained on.</summary>
internal static class TextMeasures
{
    public const string Forgotten = "text.forgotten";
    public const string Retained = "text.retained";
    public const string General = "text.general";
    public const string HeldOut = "text.heldOut";
    public const string Passages = "passages.forgotten";
    public const string Scores = "score.";
    public const string Members = "membership.";
    private const int MostTexts = 100;
    private const int MostHeldOut = 200;
    private const int MostPassages = 200;

    public static StageResult Measure(Subject subject, ProofQuestions questions, int seed, CancellationToken cancellationToken)
    {
        var corpus = questions.Corpus;
        var (measurements, samples) = (new List<ProofMeasurement>(), new Dictionary<string, double[]>());
        var members = Read(Forgotten, [.. corpus.Documents.Where(document => questions.Forgotten.Contains(document.Source!))], MostTexts); // A proof's corpus has a source for each.
        Read(Retained, [.. corpus.Documents.Where(document => questions.Retained.Contains(document.Source!))], MostTexts);
        Read(General, [.. corpus.GeneralHeldOut.Select(text => new Document(text, null))], MostTexts);
        var others = Read(HeldOut, corpus.HeldOut, MostHeldOut);
        ReadPassages();
        if (members.Length > 0 && others.Length > 0)
        {
            foreach (var (name, score) in MembershipScores)
                measurements.AddRange(Membership(subject.System.Name, seed, name, [.. members.Select(score)], [.. others.Select(score)]));
        }

        return new StageResult(measurements, samples);

        Text[] Read(string type, IReadOnlyList<Document> documents, int most)
        {
            Document[] chosen = FactMeasures.Spread(documents, most);
            var results = subject.Score(
                [.. chosen.Select(document => new ScoringRequest(document.Text, subject.SourceOfText(document.Source)))],
                ScoringOutputs.LogProbabilities | ScoringOutputs.LogProbabilityMoments, generation: null, cancellationToken);
            Text[] texts = [.. chosen.Zip(results, (document, result) => new Text(document.Text, result)).Where(text => text.Result.TokenLogProbabilities.Count > 0)];
            if (texts.Length == 0)
                return texts;
            samples[Scores + type] = [.. texts.Select(text => (double)text.Result.Score)];
            // A mean over tokens; texts are redrawn for the interval.
            double[] places = [.. Enumerable.Range(0, texts.Length).Select(i => (double)i)];
            double Loss(IReadOnlyList<double> drawn) => -drawn.Sum(i => texts[(int)i].Sum) / drawn.Sum(i => texts[(int)i].Result.TokenLogProbabilities.Count);
            var interval = ConfidenceInterval.Bootstrap(places, Loss, seed, resamples: 500);
            var loss = Loss(places);
            measurements.Add(new ProofMeasurement(subject.System.Name, "loss", type, seed, loss, texts.Length, interval));
            measurements.Add(new ProofMeasurement(subject.System.Name, "perplexity", type, seed, Math.Exp(loss), texts.Length, new ConfidenceInterval(Math.Exp(interval.Lower), Math.Exp(interval.Upper))));
            return texts;
        }

        void ReadPassages()
        {
            var passages = FactMeasures.Spread([.. corpus.Passages.Where(passage => questions.Forgotten.Contains(passage.Source!))], MostPassages); // As above.
            if (passages.Length == 0)
                return;
            var read = subject.Score([.. passages.Select(passage => new ScoringRequest(passage.Text, subject.SourceOfText(passage.Source)))], ScoringOutputs.LogProbabilities, generation: null, cancellationToken);
            foreach (var (name, of) in new (string, Func<IReadOnlyList<bool>, double>)[] { ("extraction_strength", ExtractionStrength.Of), ("exact_memorization", ExactMemorization.Of) })
                measurements.Add(MetricResult.OfMean(name, [.. read.Select(result => of(result.TokenIsTop))]).ToMeasurement(subject.System.Name, Passages, seed));
        }
    }

    /// <summary>The two numbers of an attack by a score, higher for a member.</summary>
    public static IEnumerable<ProofMeasurement> Membership(string system, int seed, string score, IReadOnlyList<double> members, IReadOnlyList<double> others)
    {
        var found = MembershipInference.Of(members, others);
        yield return new ProofMeasurement(system, $"{Members}{score}.auc", Forgotten, seed, found.AreaUnderCurve, members.Count + others.Count, found.AreaInterval);
        yield return new ProofMeasurement(system, $"{Members}{score}.tpr", Forgotten, seed, found.TruePositiveRate, members.Count + others.Count, found.TruePositiveRateInterval);
    }

    private static IReadOnlyList<(string Name, Func<Text, double> Score)> MembershipScores { get; } =
    [
        ("loss", text => MembershipScore.Loss(text.Result.Score)),
        ("zlib", text => MembershipScore.Zlib(text.Result.Score, text.Content)),
        ("min_k", text => MembershipScore.MinK(text.Result.TokenLogProbabilities)),
        ("min_k++", text => MembershipScore.MinKPlusPlus(text.Result.TokenLogProbabilities, text.Result.LogProbabilityMeans, text.Result.LogProbabilityVariances)),
    ];

    private readonly record struct Text(string Content, ScoringResult Result)
    {
        public double Sum => Result.TokenLogProbabilities.Sum(value => (double)value);
    }
}
