import { ApiProperty } from '@nestjs/swagger';

export const ACTION_STYLES = ['primary', 'secondary', 'danger'] as const;
export type ActionStyle = (typeof ACTION_STYLES)[number];

/** A button of a next best action: a delivery action that applies to it now and that the caller may press. */
export class NextActionButton {
  @ApiProperty({ example: 'snooze_1d' })
  actionKey!: string;

  @ApiProperty({ example: 'Snooze 1 day' })
  label!: string;

  /** Question to ask before pressing, null for none. */
  @ApiProperty({ type: String, nullable: true, example: 'Hide this action for 1 day?' })
  confirm!: string | null;

  @ApiProperty({ enum: ACTION_STYLES, enumName: 'ActionStyle' })
  style!: ActionStyle;

  /** Whether a press can be undone. */
  @ApiProperty({ example: false })
  undo!: boolean;

  /** JSON Schema of the `input`, null for an action that takes none. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  inputSchema!: object | null;
}
