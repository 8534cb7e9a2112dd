namespace Nulls.Evaluation.Corpora;

/// <summary>Reads the years that people were born in: a JSON object with <c>article_id</c>, <c>title</c>, <c>name_in_lead</c>, <c>cloze_prefix</c>, <c>question</c> and <c>answer</c> a line.</summary>
public static class BirthYearReader
{
    /// <summary>Reads all of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is not what it should be, or the answer is no year.</exception>
    public static IReadOnlyList<BirthYear> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return JsonLines.Read(path, json =>
        {
            var year = json.Text("answer");
            return year.Length == 4 && year.All(char.IsAsciiDigit)
                ? new BirthYear(json.Whole("article_id", 0, int.MaxValue), json.Text("title"), json.Text("name_in_lead"), json.Text("cloze_prefix"), json.Text("question"), year)
                : throw new InvalidDataException($"'answer' must be a year of four digits, and is '{year}'.");
        });
    }
}
