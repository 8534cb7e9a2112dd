using Microsoft.Extensions.Options;
using Nulls;
using Nulls.Evaluation;
using Nulls.Text;
using Nulls.Training;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>Makes the model where there is none yet, and tells how far that is.</summary>
public sealed class FirstTraining(IOptions<DeskOptions> options) : IProgress<TrainingProgress>
{
    private volatile TrainingProgress? _progress;

    /// <summary>Gets where the training stands; null before it begins.</summary>
    public TrainingProgress? Progress => _progress;

    /// <summary>Trains the model.</summary>
    /// <param name="key">Opens the ledger, where there is one.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public NullsBundle Run(LedgerKey key, CancellationToken cancellationToken)
    {
        var desk = options.Value;
        var (sourceCount, generalCount, recipe) = Recipes.Of(desk.Size, desk.Seed);
        var encyclopedia = FictionalEncyclopedia.Create(sourceCount, generalCount, desk.Seed);

        // A model that is trained again must not learn what was unlearned before.
        var ledger = File.Exists(desk.LedgerPath) ? UnlearningLedger.Open(desk.LedgerPath, key) : null;
        var articles = encyclopedia.Articles.Where(article => ledger?.IsUnlearned(article.Source!) != true); // Each has a source.
        return NullsBundle.Train(
            articles.Concat(encyclopedia.GeneralArticles.Select(text => new Document(text, null))),
            recipe with { SourceSalt = ledger?.Genesis.SourceSalt ?? default }, this, warn: null, cancellationToken);
    }

    void IProgress<TrainingProgress>.Report(TrainingProgress value) => _progress = value;
}
