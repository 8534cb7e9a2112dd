using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class RougeLTests
{
    // google-research/rouge (Apache-2.0), rouge_scorer_test.py: figures of the official ROUGE-1.5.5 on its testdata.
    [Theory]
    [InlineData(
        "ZfbCUIUuePaiLVUlCaUXxkpu XPeWing tUHfPMuZ',-Xd Y BrUgVJing M-HV.-DgdDaY.rFDJCRing Ht-LM EKBDXkME,yz'RBr q'wtion wIojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxer tKM L",
        "rFDJCRtion Ht-LM EKtDXkME,yz'RBr q'wer wrojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxi",
        0.40741, 0.68750, 0.51163)]
    [InlineData(
        "KsJdPByEtAor fE-Qg Dpdbring cw-WeFyu vC MoBL Xdn g wkvcEiGvKtion BDFhrpMtion psing sbKao Q m qiing LMmer HqqLFXe,XPY,J XsurkMer ,ed nB'wH'bWVHjWFEing tQ.saefZwJtKrTlixYpMMsJing UCAPwNHeYVjDing c T BUySKtion gMPfJpwGw p'NvxAoping eu pBwMBKV'I DNxqelhu,PHPxDEq,mtion SN",
        "n cw-WeFyu vC MoBL Xdn g wkvcEiGvKtion BDFhrpMer pstion sbKao Q m qier LMmed HqqLFXe,XPY,J XsurkMeo ,ed nB'wH'bWVHjWFEer tQ.saefZwJtKrTlixYpMMNJtion UCAPwNHeYVjD",
        0.40476, 0.65385, 0.50000)]
    public void Figures_without_stems_are_those_of_the_official_program(string reference, string text, double recall, double precision, double f)
    {
        var rouge = RougeL.Of(reference, text, stems: false);

        Assert.Equal(recall, rouge.Recall, 5);
        Assert.Equal(precision, rouge.Precision, 5);
        Assert.Equal(f, rouge.FMeasure, 5);
    }

    // locuslab/tofu at 8c49eee (MIT), phi trained on all authors, eval_log_forget.json, question 62, by rouge-score with its stemmer; one
    // sentence of the text is left out, which has none of the words.
    [Fact]
    public void The_recall_with_stems_is_the_one_that_TOFU_published()
    {
        var rouge = RougeL.Of(
            "Rajeev Majumdar is profoundly recognized for his work in the Contemporary Romance genre.",
            "Answer: Rajeev Majumdar is renowned for his work in the Contemporary Romance genre.\nThe teacher gave the students a quiz on the lesson, but the quiz was too hard for them.");

        Assert.Equal(0.8461538461538461, rouge.Recall, 12);
    }

    [Fact]
    public void Words_between_do_no_harm_to_recall_and_order_does()
    {
        Assert.Equal(2 / 3.0, RougeL.Of("testing one two", "testing two").Recall, 12);
        Assert.Equal(0.8, RougeL.Of("testing one two", "testing one").FMeasure, 12);
        Assert.Equal(1 / 3.0, RougeL.Of("a b c", "c b a").Recall, 12);
    }

    [Fact]
    public void Stems_make_forms_of_a_word_the_same()
    {
        Assert.Equal(1, RougeL.Of("she celebrated authors", "She celebrates author").Recall);
        Assert.Equal(1 / 3.0, RougeL.Of("she celebrated authors", "She celebrates author", stems: false).Recall, 12);
    }

    [Fact]
    public void A_letter_with_an_accent_parts_words_as_in_the_package() => Assert.Equal(new RougeL(0.5, 1), RougeL.Of("bola", "Bolañ-o"));

    [Theory]
    [InlineData("testing one two", "")]
    [InlineData("", "w1")]
    [InlineData("w1 w2", "/")]
    public void Nothing_is_shared_with_no_words(string reference, string text)
    {
        Assert.Equal(new RougeL(0, 0), RougeL.Of(reference, text));
        Assert.Equal(0, RougeL.Of(reference, text).FMeasure);
    }
}
