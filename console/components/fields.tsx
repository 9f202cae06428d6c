import type { ReactNode, Ref } from "react";
import {
  Button,
  Checkbox,
  type CheckboxProps,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  type SearchFieldProps,
  Select,
  SelectValue,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
} from "react-aria-components";

type TextInputProps = Omit<TextFieldProps, "children" | "className"> & {
  readonly label: string;
  readonly description?: string | undefined;
  readonly error?: string | undefined;
  readonly inputRef?: Ref<HTMLInputElement>;
  /** Shows an area of several lines. */
  readonly lines?: number | undefined;
  readonly placeholder?: string | undefined;
};

export function TextInput({ label, description, error, inputRef, lines, placeholder, ...props }: TextInputProps) {
  return (
    <TextField {...props} className="field" isInvalid={error !== undefined}>
      <Label>{label}</Label>
      {lines === undefined ? (
        <Input ref={inputRef ?? null} className="input" dir="auto" placeholder={placeholder ?? ""} />
      ) : (
        <TextArea className="input" dir="auto" rows={lines} placeholder={placeholder ?? ""} />
      )}
      {description !== undefined && (
        <Text slot="description" className="quiet small">
          {description}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

type SearchInputProps = Omit<SearchFieldProps, "children" | "className"> & {
  readonly label: string;
  readonly placeholder?: string | undefined;
};

export function SearchInput({ label, placeholder, ...props }: SearchInputProps) {
  return (
    <SearchField {...props} className="field search-field">
      <Label>{label}</Label>
      <div className="search-box">
        <Input className="input" dir="auto" placeholder={placeholder ?? ""} />
        <Button className="clear-button" aria-label="Clear the search">
          <span aria-hidden="true">×</span>
        </Button>
      </div>
    </SearchField>
  );
}

export type Choice<Value extends string> = { readonly value: Value; readonly label: string };

type SelectInputProps<Value extends string> = {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly isDisabled?: boolean;
};

export function SelectInput<Value extends string>({
  label,
  choices,
  value,
  onChange,
  isDisabled = false,
}: SelectInputProps<Value>) {
  const choose = (key: unknown) => {
    const chosen = choices.find((choice) => choice.value === key);
    if (chosen !== undefined) onChange(chosen.value);
  };
  return (
    <Select className="field" value={value} onChange={choose} isDisabled={isDisabled}>
      <Label>{label}</Label>
      <Button className="input select-button">
        <SelectValue />
        <span aria-hidden="true" className="select-arrow">
          ▾
        </span>
      </Button>
      <Popover className="popover">
        <ListBox className="list-box" items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.value} className="list-box-item" textValue={choice.label}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

type CheckboxFieldProps = Omit<CheckboxProps, "children" | "className"> & { readonly children: ReactNode };

export function CheckboxField({ children, ...props }: CheckboxFieldProps) {
  return (
    <Checkbox {...props} className="checkbox">
      <span className="checkbox-box" aria-hidden="true" />
      <span>{children}</span>
    </Checkbox>
  );
}
