using System.Globalization;
using Madang.Accounts.Domain;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Madang.Orders.Pages;

/// <summary>A page about orders: says what was refused in the reader's language, beside the field where it concerns one, and shows days by the clock on the wall.</summary>
public abstract class OrderForm : ComponentBase
{
    private Failure? _refused;

    /// <summary>The module's words.</summary>
    [Inject] protected IStringLocalizer<OrdersText> Text { get; set; } = null!;

    /// <summary>Amounts as people read them.</summary>
    [Inject] protected Money Money { get; set; } = null!;

    /// <summary>The clock on the wall.</summary>
    [Inject] protected WalletZone Zone { get; set; } = null!;

    /// <summary>The request.</summary>
    [CascadingParameter] protected HttpContext? Context { get; set; }

    /// <summary>Who reads.</summary>
    protected Guid Me => Context!.Caller()!.MemberId!.Value;

    /// <summary>Ends when the reader goes away.</summary>
    protected CancellationToken Aborted => Context?.RequestAborted ?? CancellationToken.None;

    /// <summary>What was refused; null when nothing was.</summary>
    protected Failure? Refused => _refused;

    /// <summary>Why the form was not taken, where that concerns no single field; null when nothing was refused.</summary>
    protected string? Refusal => _refused is null || FieldErrors.Count > 0 ? null : Say(_refused);

    /// <summary>Leads on when a form was taken.</summary>
    /// <param name="path">A page of ours.</param>
    protected void LeadTo(string path) => Context!.Response.Redirect(path);

    /// <summary>Notes what was refused; the page is rendered again with what was typed.</summary>
    /// <param name="failure">Why.</param>
    protected void Refuse(Failure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        _refused = failure;
        if (!Context!.Response.HasStarted)
            Context.Response.StatusCode = failure.Status;
    }

    /// <summary>What is wrong with a field of an address; null when nothing is.</summary>
    /// <param name="field">Its name in the API.</param>
    protected string? ErrorOf(string field) => FieldErrors.GetValueOrDefault(field) is { } wrong ? Say(new Failure(wrong.Code, wrong.Detail)) : null;

    /// <summary>What was refused, when it was for one of these reasons.</summary>
    /// <param name="codes">Of failures.</param>
    protected string? ErrorFor(params string[] codes) => _refused is { } failure && codes.Contains(failure.Code) ? Say(failure) : null;

    /// <summary>A refusal in the reader's words.</summary>
    /// <param name="code">Of a failure.</param>
    protected string Say(string code) => Say(new Failure(code, Text["Failure.other"]));

    /// <summary>A day as people say it.</summary>
    /// <param name="at">The time.</param>
    protected string Day(DateTimeOffset at) => Zone.Local(at).ToString(IsKorean ? "M월 d일 (ddd)" : "ddd, MMM d", CultureInfo.CurrentUICulture);

    /// <summary>The last day of a period that ends at a midnight.</summary>
    /// <param name="end">That midnight.</param>
    protected string LastDay(DateTimeOffset end) => Day(end.AddTicks(-1));

    /// <summary>A day and a time.</summary>
    /// <param name="at">The time.</param>
    protected string Moment(DateTimeOffset at) => Zone.Local(at).ToString(IsKorean ? "M월 d일 HH:mm" : "MMM d, HH:mm", CultureInfo.CurrentUICulture);

    /// <summary>A mobile number of this country as people write it; any other as it is.</summary>
    /// <param name="number">Digits.</param>
    protected static string Phone(string number) => number is ['0', '1', ..] && number.Length == 11 ? $"{number[..3]}-{number[3..7]}-{number[7..]}" : number;

    /// <summary>For the attribute <c>datetime</c>.</summary>
    /// <param name="at">The time.</param>
    protected static string Iso(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);

    private static bool IsKorean => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ko";

    private IReadOnlyDictionary<string, FieldError> FieldErrors =>
        _refused?.Extra?.GetValueOrDefault("errors") as IReadOnlyDictionary<string, FieldError> ?? new Dictionary<string, FieldError>(StringComparer.Ordinal);

    private string Say(Failure failure)
    {
        object?[] parts = failure.Code switch
        {
            "order.code_wrong" => [failure.Extra?.GetValueOrDefault("triesLeft")],
            "listing.price_changed" => [failure.Extra?.GetValueOrDefault("price") is long price ? Money.Text(price) : ""],
            "wallet.insufficient" => [failure.Extra?.GetValueOrDefault("available") is long available ? Money.Text(available) : ""],
            _ => [],
        };
        var words = Text[$"Failure.{failure.Code}", parts!];
        if (!words.ResourceNotFound)
            return words.Value;
        // What Images refuses is a picture in all these cases.
        return failure.Code.StartsWith("image.", StringComparison.Ordinal) ? Text["Failure.image"] : Text["Failure.other"];
    }
}
