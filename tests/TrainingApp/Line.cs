namespace Nulls.TrainingApp;

/// <summary>What the process tells the test that started it, at once.</summary>
internal static class Line
{
    public static void Say(string line)
    {
        Console.WriteLine(line);
        Console.Out.Flush();
    }
}
