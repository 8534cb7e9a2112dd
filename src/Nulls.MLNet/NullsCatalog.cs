using Nulls.MLNet;

namespace Microsoft.ML;

/// <summary>Natively unlearnable language models in an <see cref="MLContext"/>.</summary>
public static class NullsCatalog
{
    /// <summary>Returns an estimator that trains a language model whose sources can be unlearned at once, without a gradient (arXiv:2606.13873).</summary>
    /// <param name="context">The context: its seed, log, device and cancellation are used.</param>
    /// <param name="options">Columns, sizes and training. The defaults read columns <c>Text</c> and <c>Source</c> and train a small model on the CPU.</param>
    /// <exception cref="ArgumentException">A value of the options is outside its range, or values do not fit each other.</exception>
    /// <example>
    /// <code>
    /// using var model = ml.Nulls().Fit(corpus);
    /// using var forgetful = model.Unlearn("book-7");
    /// IDataView scored = forgetful.Transform(rows);
    /// </code>
    /// </example>
    public static NullsEstimator Nulls(this MLContext context, NullsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new NullsEstimator(context, options ?? new NullsOptions());
    }
}
