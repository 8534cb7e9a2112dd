namespace Nulls.Evaluation.Suite;

/// <summary>Numbers between systems of one seed: forget quality, privacy leakage, and membership by a reference model.</summary>
internal static class CrossMeasures
{
    public const string ForgetQuality = "forget_quality";
    private const string LeakageScore = TextMeasures.Members + "min_k.auc";

    public static IReadOnlyList<ProofMeasurement> Of(ProofResults results, IReadOnlyList<int> seeds)
    {
        var numbers = new List<ProofMeasurement>();
        foreach (var seed in seeds)
        {
            foreach (var system in SystemCatalog.All)
            {
                if (system.Gold is { } gold)
                {
                    AddForgetQuality(system.Name, seed, gold, seed);
                    AddLeakage(system.Name, seed, gold);
                }

                AddReference(system.Name, seed);
            }
        }

        // How alike two retrained models are.
        foreach (var (first, second) in seeds.Zip(seeds.Skip(1)))
        {
            foreach (var gold in new[] { SystemCatalog.RetrainedBackbone, SystemCatalog.RetrainedRouted, SystemCatalog.StandardRetrained })
                AddForgetQuality(gold, first, gold, second);
        }

        return numbers;

        void AddForgetQuality(string system, int seed, string gold, int goldSeed)
        {
            const string Ratios = FactMeasures.TruthRatios + FactMeasures.UniqueForgotten;
            if (results.Samples(system, seed, Stages.Facts, Ratios) is not { } ours || results.Samples(gold, goldSeed, Stages.Facts, Ratios) is not { } theirs)
                return;
            double[] known = [.. ours.Where(double.IsFinite)], goldKnown = [.. theirs.Where(double.IsFinite)];
            if (known.Length == 0 || goldKnown.Length == 0)
                return;
            var test = Evaluation.ForgetQuality.Compare(known, goldKnown);
            numbers.Add(new ProofMeasurement(system, ForgetQuality, FactMeasures.UniqueForgotten, seed, test.PValue, known.Length, null));
            numbers.Add(new ProofMeasurement(system, "forget_quality.statistic", FactMeasures.UniqueForgotten, seed, test.Statistic, known.Length, null));
        }

        void AddLeakage(string system, int seed, string gold)
        {
            if (results.Find(system, seed, LeakageScore, TextMeasures.Forgotten) is { } area && results.Find(gold, seed, LeakageScore, TextMeasures.Forgotten) is { Value: < 1 } retrained)
                numbers.Add(new ProofMeasurement(system, "privacy_leakage", TextMeasures.Forgotten, seed, PrivacyLeakage.Of(area.Value, retrained.Value), area.Count, null));
        }

        // The reference is a standard transformer that never saw the texts.
        void AddReference(string system, int seed)
        {
            if (system == SystemCatalog.StandardRetrained)
                return;
            double[]? Scores(string of, string type) => results.Samples(of, seed, Stages.Texts, TextMeasures.Scores + type);
            if (Scores(system, TextMeasures.Forgotten) is not { } members || Scores(system, TextMeasures.HeldOut) is not { } others
                || Scores(SystemCatalog.StandardRetrained, TextMeasures.Forgotten) is not { } memberReference || Scores(SystemCatalog.StandardRetrained, TextMeasures.HeldOut) is not { } otherReference)
            {
                return;
            }

            numbers.AddRange(TextMeasures.Membership(
                system, seed, "reference", [.. members.Zip(memberReference, MembershipScore.Reference)], [.. others.Zip(otherReference, MembershipScore.Reference)]));
        }
    }
}

/// <summary>The stages' names.</summary>
internal static class Stages
{
    public const string Training = "training";
    public const string Facts = "facts";
    public const string Texts = "texts";
    public const string Relearning = "relearning";
    public const string Capability = "capability";
    public const string Exactness = "exactness";
}
